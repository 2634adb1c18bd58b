import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlackStandIn, type SlackStandIn } from '../stand-in.ts';
import { webClient } from '../test-client.ts';
import { chromiumPath, startBrowser } from '../../support/chromium.ts';

let slack: SlackStandIn;

beforeAll(async () => {
  slack = await createSlackStandIn({ rateLimits: 'off' });
});
afterAll(() => slack.close());

describe.skipIf(chromiumPath === null)('the channel page in a browser', () => {
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(slack.pageUrl);
  }, 30_000);
  afterAll(async () => {
    await browser.close();
  });

  it('shows posts as they come, and lets one person approve in a dialog on a phone', async () => {
    const web = webClient(slack, slack.botToken);
    const channel = slack.channel.id;
    const plain = (text: string) => ({ type: 'plain_text', text }) as const;
    const hostile = '<img src=x onerror="document.title=1">';
    const root = await web.chat.postMessage({
      channel,
      text: 'Root',
      blocks: [
        { type: 'header', text: plain('🔴 Pods on node2 cannot reach others') },
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: hostile }] }],
        },
      ],
    });
    const confirm = {
      title: plain('Apply this?'),
      text: plain('One change'),
      confirm: plain('Apply'),
      deny: plain('Not yet'),
    };
    const card = await web.chat.postMessage({
      channel,
      thread_ts: String(root.ts),
      text: 'Card',
      blocks: [
        {
          type: 'actions',
          block_id: 'decision',
          elements: [
            { type: 'button', text: plain('Approve'), action_id: 'approve', style: 'primary', confirm },
          ],
        },
      ],
    });
    await page.getByRole('heading', { name: 'Pods on node2 cannot reach others' }).waitFor();
    expect(await page.locator('pre').textContent()).toBe(hostile);

    await page.getByLabel('You are').selectOption({ label: 'ben' });
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: 'Not yet' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('No app is connected.').last().waitFor();
    expect(slack.deliveries('interactive')).toMatchObject([
      {
        payload: {
          user: { username: 'ben' },
          actions: [{ action_id: 'approve', block_id: 'decision' }],
          container: { message_ts: card.ts },
        },
      },
    ]);

    await web.chat.update({ channel, ts: String(card.ts), text: 'Approved by *ben*', blocks: [] });
    await page.getByText('Approved by ben').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Reply in thread' }).click();
    await page.getByLabel('Message').fill('thank you');
    await page.keyboard.press('Enter');
    await page.getByText('thank you').waitFor();
    expect(slack.thread(String(root.ts)).at(-1)).toMatchObject({
      text: 'thank you',
      author: { userId: slack.user('ben').id },
    });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
  });

  it('shows an ephemeral message to its person only', async () => {
    const web = webClient(slack, slack.botToken);
    await web.chat.postEphemeral({
      channel: slack.channel.id,
      user: slack.user('chidi').id,
      text: 'You may not.',
    });
    await page.getByLabel('You are').selectOption({ label: 'chidi' });
    await page.getByText('You may not.').waitFor();
    await page.getByLabel('You are').selectOption({ label: 'ana' });
    await page.getByText('You may not.').waitFor({ state: 'detached' });
    expect(slack.messages().map(({ text }) => text)).not.toContain('You may not.');
  });
});

it('takes no click that another site sends', async () => {
  const response = await fetch(`${slack.url}/_page/click`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(403);
});
