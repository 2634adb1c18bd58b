import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { crashing } from '@pathmedic/coordinator/facts/record-builders.fixture.ts';
import { cluster, dnsPods } from '@pathmedic/coordinator/runbooks/situation.fixture.ts';
import { chromiumPath, startBrowser } from '../support/chromium.ts';
import { eventually } from '../support/condition.ts';
import { buildConsole, desktop, logIn, openPage, phone, takePicture } from './console-browser.ts';
import type { ConsoleHost } from './console-host.ts';
import { startConsoleHost, tokens } from './console-host.ts';
import { plan, planTitle, snapshot, tellStory, title } from './console-story.ts';

if (chromiumPath === null) {
  process.stderr.write('SKIPPED: the console in a browser (no chromium found)\n');
}

describe.skipIf(chromiumPath === null)('the console in a browser', () => {
  const facts = () => {
    const at = cluster();
    return {
      ...at,
      pods: [...at.pods.filter(({ hostNetwork }) => hostNetwork), ...dnsPods(crashing('coredns'))],
    };
  };
  let host: ConsoleHost;
  let browser: Browser;
  beforeAll(async () => {
    [host, browser] = await Promise.all([
      startConsoleHost({ console: await buildConsole(), cluster: { facts } }),
      startBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
  });

  /** A page of its own for a test; whatever the browser complained about fails it. */
  async function visit(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
    const { page, context, complaints } = await openPage(browser, options);
    page.setDefaultTimeout(5_000);
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });
    return page;
  }

  let stories = 0;
  async function newStory(change: Parameters<typeof tellStory>[2] = {}) {
    stories += 1;
    return tellStory(host.store, `inc-${stories}`, { id: `plan-${stories}`.padEnd(20, '0'), ...change });
  }

  const addressOf = (story: { id: string }): string => `${host.url}/incidents/${story.id}`;

  test('a quiet cluster says so; an incident that opens appears by itself', async () => {
    host.network.snapshot = snapshot(Date.now(), false);
    const page = await visit();
    await page.clock.install();
    await logIn(page, host.url, 'not the token');
    await page.getByRole('alert').getByText('That token is not known').waitFor();
    await page.getByLabel('Access token').fill(tokens.vera);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'All quiet' }).waitFor();
    await page.getByText('10 agents on 5 nodes, 65 paths healthy').waitFor();
    const story = await newStory();
    const link = page.getByRole('link', { name: title });
    await page.clock.fastForward('00:05');
    await link.waitFor();
    await link.click();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/incidents/${story.id}`);
    await story.close();
    await page.getByRole('heading', { name: 'Resolved' }).waitFor();
  });

  test('a link to a conversation leads there after the login, and the story goes on while it is read', async () => {
    const story = await newStory();
    const page = await visit();
    await logIn(page, addressOf(story), tokens.vera);
    await page.locator('[data-line=live]').waitFor();
    await story.triage();
    await page.getByText('What is known so far').waitFor();
    await story.diagnose();
    await page.getByRole('heading', { name: 'Likely cause' }).waitFor();
    await story.propose();
    await page.getByText('You are not on the list of approvers for remediation in prod-eu1.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    expect(await page.locator('[data-n]').count()).toBe(4);
  });

  test('a lost line is shown, taken up again, and nothing is missed or told twice', async () => {
    const own = await startConsoleHost({ console: await buildConsole() });
    onTestFinished(() => own.stop());
    const story = await tellStory(own.store);
    const page = await visit();
    await logIn(page, `${own.url}/incidents/${story.id}`, tokens.vera);
    await page.locator('[data-line=live]').waitFor();
    const away = await own.interrupt();
    await page.locator('[data-line=lost]').getByText('Line lost, reconnecting').waitFor();
    await story.triage();
    await story.diagnose();
    await away.end();
    await page.locator('[data-line=live]').waitFor();
    await story.propose();
    await page.locator('[data-n="4"]').waitFor();
    const numbers = await page
      .locator('[data-n]')
      .evaluateAll((entries) => entries.map((e) => e.getAttribute('data-n')));
    expect(numbers).toEqual(['1', '2', '3', '4']);
  });

  test('approving needs the whole change on screen, then a second thought; the decision is signed and shown', async () => {
    const lines = Array.from({ length: 80 }, (_, i) => (i === 79 ? '+  last: line' : `   line ${i}`));
    const story = await newStory();
    const base = plan(await host.store.nowMs());
    const proposal = {
      ...base,
      id: story.proposalId,
      steps: base.steps.map((step) => ({ ...step, diff: `${lines.join('\n')}\n` })),
    };
    await story.tell([{ type: 'proposed', proposal }]);
    const page = await visit({ viewport: { width: 1200, height: 700 } });
    await logIn(page, addressOf(story), tokens.ana);
    const approve = page.getByRole('button', { name: 'Approve' });
    await page.getByText('Read the whole change first').waitFor();
    expect(await approve.isDisabled()).toBe(true);
    // Straight to the end: what lies between has still not been on screen.
    await page.locator('.diff-line').last().scrollIntoViewIfNeeded();
    await page.keyboard.press('End');
    expect(await approve.isDisabled()).toBe(true);
    await page.locator('.diff').evaluate((diff) => diff.scrollIntoView());
    await eventually('the change has been read', async () => {
      await page.mouse.wheel(0, 250);
      return approve.isEnabled();
    });
    await approve.click();
    const dialog = page.getByRole('dialog', { name: 'Approve this plan?' });
    await dialog.getByRole('button', { name: 'Back' }).click();
    expect((await host.store.load(story.id))?.incident.phase).toBe('awaiting-approval');
    await approve.click();
    await dialog.getByLabel('Note (optional)').fill('agreed with the owners');
    await dialog.getByRole('button', { name: 'Approve and carry out' }).click();
    await page.getByText('Approved by @ana in the console').first().waitFor();
    const loaded = await host.store.load(story.id);
    expect(loaded?.incident.phase).toBe('approved');
    expect(loaded?.events.at(-1)).toMatchObject({
      actor: { type: 'person', name: 'ana', via: 'console' },
      body: { type: 'decided', decision: 'approved', reason: 'agreed with the owners' },
    });
  });

  test('a decision taken elsewhere closes the card here', async () => {
    const story = await newStory();
    await story.propose();
    const page = await visit();
    await logIn(page, addressOf(story), tokens.ben);
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await story.tell([
      { type: 'proposal-expired', proposalId: story.proposalId, reason: 'recovered', detail: 'Healed.' },
    ]);
    await page.locator('[data-plan=expired]').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  test('people write to each other, and commands are completed and answered', async () => {
    const story = await newStory();
    await story.diagnose();
    const [ana, vera] = [await visit(), await visit()];
    await logIn(ana, addressOf(story), tokens.ana);
    await logIn(vera, addressOf(story), tokens.vera);
    await ana.getByLabel('Message').fill('<b>who</b> set the selector?');
    await ana.getByLabel('Message').press('Enter');
    await vera.getByText('<b>who</b> set the selector?').waitFor();
    await vera.getByLabel('Message').fill('wh');
    await vera.getByRole('option', { name: /why/ }).waitFor();
    await vera.getByLabel('Message').press('Tab');
    expect(await vera.getByLabel('Message').inputValue()).toBe('why');
    await vera.getByLabel('Message').press('Enter');
    await ana.getByText('Most likely (high): flannel no longer runs on node2').waitFor();
  });

  test.each([
    ['desktop', desktop],
    ['phone', phone],
  ] as const)(
    'commands are completed with what is there, and a log stands open: %s',
    async (name, viewport) => {
      const story = await newStory();
      await story.diagnose();
      const page = await visit({ viewport });
      await logIn(page, addressOf(story), tokens.vera);
      if (viewport === phone) await page.getByRole('tab', { name: /Conversation/ }).click();
      const box = page.getByLabel('Message');
      await box.fill('lo');
      await page.getByRole('option', { name: /logs POD/ }).waitFor();
      await box.press('Tab');
      await page.getByRole('option', { name: 'logs kube-system/coredns-1' }).waitFor();
      await box.fill('propose del');
      await takePicture(page, `${name}-propose`);
      await page.getByRole('option', { name: 'propose delete-pod kube-system/coredns-1' }).click();
      expect(await box.inputValue()).toBe('propose delete-pod kube-system/coredns-1');
      await box.fill('logs shop');
      expect(await page.getByRole('option').count()).toBe(0);
      await box.fill('logs ns-1');
      await box.press('Tab');
      await box.press('Enter');
      await page.getByText('Reading the log of pod coredns-1').waitFor();
      const request = (await host.store.load(story.id))?.incident.asked[0];
      const lines = [
        '--- before its last restart ---',
        "/etc/coredns/Corefile:6 - Error: Unknown directive 'redy'",
      ];
      const quoted = { what: 'log' as const, lines };
      const line = 'End of the log of CoreDNS pod kube-system/coredns-1 on node2, 4 restarts:';
      await story.tell([{ type: 'answered', lines: [line], quoted, to: request?.n ?? 0 }]);
      await page.getByText("Unknown directive 'redy'").waitFor();
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      await takePicture(page, `${name}-log`);
    },
  );

  test.each([
    ['desktop', desktop],
    ['phone', phone],
  ] as const)(
    'a change that belongs to its source is shown whole, and cannot be approved: %s',
    async (name, viewport) => {
      const story = await newStory();
      await story.diagnose();
      const [step] = plan(0).steps;
      if (step === undefined) throw new Error('a plan has a step');
      const where =
        'DaemonSet kube-flannel/kube-flannel-ds is managed by Helm release flannel: change the values of the release and upgrade it';
      const escalation = {
        cause: 'cni-agent-not-scheduled' as const,
        title: planTitle,
        why: `The selector excludes node2 and nothing else. ${where}.`,
        options: [
          'Change the values of the release and upgrade it (Helm release flannel): the change lasts.',
          'If it cannot wait, make it by hand with the command in the conversation: it works at once, and lasts until the next upgrade of the release puts the old state back.',
        ],
        changes: [{ title: step.title, where, diff: step.diff, byHand: step.byHand }],
      };
      await story.tell([{ type: 'escalated', escalation }]);
      const page = await visit({ viewport });
      await logIn(page, addressOf(story), tokens.ana);
      await page.getByRole('heading', { name: 'What would be changed, at its source' }).waitFor();
      expect(await page.locator('.help-wanted .diff-line').count()).toBe(
        step.diff.trimEnd().split('\n').length,
      );
      expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      await takePicture(page, `${name}-source`, true);
    },
  );

  test('text from outside stays text', async () => {
    const story = await newStory({
      why: '<img src=x onerror="document.title=\'owned\'"> \u202Egnihtyna',
      title: planTitle.slice(0, 40),
    });
    await story.propose();
    const page = await visit();
    await logIn(page, addressOf(story), tokens.ana);
    await page.locator('.plan-why').getByText('<img src=x').waitFor();
    await page.locator('.plan-why').getByText('⟨U+202E⟩gnihtyna').waitFor();
    expect(await page.locator('.plan-why img').count()).toBe(0);
  });

  test.each([
    ['desktop', desktop, 'dark'],
    ['phone', phone, 'light'],
  ] as const)('everything fits and can be reached by keys: %s', async (name, viewport, colorScheme) => {
    const story = await newStory();
    await story.triage();
    await story.diagnose();
    await story.propose();
    host.network.snapshot = snapshot(Date.now());
    const page = await visit({ viewport, colorScheme });
    await logIn(page, addressOf(story), tokens.ana);
    await page.locator('[data-line=live]').waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    const reached = new Set<string>();
    for (let i = 0; i < 24; i += 1) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
    }
    expect([...reached]).toEqual(expect.arrayContaining(['Approve', 'Reject', 'Log out', 'All incidents']));
    await takePicture(page, `${name}-${colorScheme}-conversation`);
  });
});
