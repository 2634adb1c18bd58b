import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSettableClock } from '../settable-clock.ts';
import { createSlackStandIn, type SlackStandIn } from '../stand-in.ts';
import { webClient } from '../test-client.ts';

const clock = createSettableClock(1_790_000_000_000);
let slack: SlackStandIn;
let app: Server;
let url = '';
/** What the app answers; 0 is nothing at all. */
let status = 200;
let accepted: string[] = [];

/** The check Slack's documentation asks of an app, written independently of the stand-in's signing. */
function genuine(headers: NodeJS.Dict<string | string[]>, body: string): boolean {
  const sentAt = String(headers['x-slack-request-timestamp'] ?? '');
  if (Math.abs(clock.nowMs() / 1000 - Number(sentAt)) > 300) return false;
  const expected = createHmac('sha256', slack.signingSecret)
    .update(['v0', sentAt, body].join(':'))
    .digest('hex');
  const given = Buffer.from(String(headers['x-slack-signature'] ?? ''));
  const wanted = Buffer.from(`v0=${expected}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

beforeEach(async () => {
  status = 200;
  accepted = [];
  app = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const ok = genuine(request.headers, body);
      if (ok) accepted.push(body);
      const challenge = ok && body.startsWith('{') ? Reflect.get(JSON.parse(body), 'challenge') : undefined;
      if (status === 0) return;
      response.writeHead(ok ? status : 401).end(challenge);
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is an object.
  const { port } = app.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/slack`;
  slack = await createSlackStandIn({
    clock,
    rateLimits: 'off',
    interactivityUrl: url,
    eventsUrl: url,
    messageEvents: 'subscribed',
  });
});
afterEach(async () => {
  await slack.close();
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
});

async function card(): Promise<string> {
  const web = webClient(slack, slack.botToken);
  const button = {
    type: 'button',
    text: { type: 'plain_text', text: 'Approve' },
    action_id: 'approve',
    value: 'v',
  } as const;
  const posted = await web.chat.postMessage({
    channel: slack.channel.id,
    text: 'card',
    blocks: [{ type: 'actions', elements: [button] }],
  });
  await slack.until(
    'its event',
    () => slack.link.urls.eventsUrl === undefined || slack.deliveries('event').length === 1,
  );
  accepted = [];
  return String(posted.ts);
}

describe('a click over HTTP', () => {
  it('is signed so that an independent check accepts it', async () => {
    const ts = await card();
    expect(await slack.click('ana', ts, 'approve')).toMatchObject({
      outcome: 'acknowledged',
      transport: 'http',
    });
    const payload = JSON.parse(new URLSearchParams(accepted[0]).get('payload') ?? '');
    expect(payload).toMatchObject({
      type: 'block_actions',
      user: { id: slack.user('ana').id },
      actions: [{ value: 'v' }],
    });
  });

  it.each([
    'wrong-secret',
    'unsigned',
    'old-timestamp',
    'future-timestamp',
    'timestamp-not-signed',
    'other-version',
  ] as const)('is turned away when it is %s', async (kind) => {
    const ts = await card();
    expect(await slack.clickOverHttp('ana', ts, 'approve', kind)).toMatchObject({
      outcome: 'rejected',
      status: 401,
    });
    expect(accepted).toEqual([]);
  });

  it('can be replayed byte for byte: fresh it passes the signature check, later it does not', async () => {
    const ts = await card();
    await slack.click('ana', ts, 'approve');
    const sent = slack.http.sent().at(-1);
    if (!sent) throw new Error('nothing was sent');
    expect(await slack.http.replay(sent)).toMatchObject({ outcome: 'acknowledged' });
    expect(accepted[0]).toBe(accepted[1]);
    clock.forward(301_000);
    expect(await slack.http.replay(sent)).toMatchObject({ outcome: 'rejected' });
  });

  it('comes from another organisation with that team on the person', async () => {
    const ts = await card();
    const eve = slack.workspace.addPerson({ name: 'eve', teamId: 'T0ELSEWHERE' });
    await slack.click(eve, ts, 'approve');
    const payload = JSON.parse(new URLSearchParams(accepted[0]).get('payload') ?? '');
    expect(payload).toMatchObject({
      user: { team_id: 'T0ELSEWHERE' },
      team: { id: slack.workspace.team.id },
    });
  });

  it('counts as failed after three seconds without an answer', async () => {
    const hurried = {
      ...clock,
      after: (delayMs: number, run: () => void) => clock.after(delayMs / 100, run),
    };
    await slack.close();
    slack = await createSlackStandIn({ clock: hurried, rateLimits: 'off', interactivityUrl: url });
    const ts = await card();
    status = 0;
    expect(await slack.click('ana', ts, 'approve')).toEqual({ outcome: 'timed-out', transport: 'http' });
  });

  it('shows the person when the app refuses it or is gone', async () => {
    const ts = await card();
    status = 500;
    expect(await slack.click('ana', ts, 'approve')).toMatchObject({ outcome: 'rejected', status: 500 });
    await new Promise((resolve) => app.close(resolve));
    expect(await slack.click('ana', ts, 'approve')).toMatchObject({ outcome: 'unreachable' });
  });
});

describe('an event over HTTP', () => {
  it('comes after the URL passed the challenge', async () => {
    expect(await slack.link.verifyEventsUrl()).toBe('verified');
    await slack.say('ben', 'hello');
    await slack.until('the event', () => slack.deliveries('event').length === 1);
    expect(JSON.parse(accepted.at(-1) ?? '')).toMatchObject({
      type: 'event_callback',
      event: { text: 'hello' },
    });
  });

  it('is sent again when it was not acknowledged, and says why', async () => {
    status = 500;
    await slack.say('ben', 'hello');
    await slack.until('the first retry', () => slack.deliveries('event').length === 2);
    const [first, second] = slack.http.sent();
    expect(second?.body).toBe(first?.body);
    expect(second?.headers).toMatchObject({ 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_error' });
  });
});

describe('a response URL', () => {
  const respond = (url: string, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  async function responseUrl(ts: string): Promise<string> {
    await slack.click('ana', ts, 'approve');
    return JSON.parse(new URLSearchParams(accepted.at(-1)).get('payload') ?? '').response_url;
  }

  it('answers the one who clicked, five times', async () => {
    const url = await responseUrl(await card());
    for (let n = 1; n <= 5; n += 1) expect((await respond(url, { text: `no ${n}` })).status).toBe(200);
    const sixth = await respond(url, { text: 'no 6' });
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
    expect(slack.ephemerals('ana')).toHaveLength(5);
    expect(slack.ephemerals('ben')).toEqual([]);
  });

  it('can replace the message, and expires after half an hour', async () => {
    const ts = await card();
    const url = await responseUrl(ts);
    await respond(url, { replace_original: true, text: 'decided' });
    expect(slack.message(ts)).toMatchObject({ text: 'decided', blocks: [] });
    expect((await respond(url, { blocks: [{ type: 'input' }] })).status).toBe(400);
    clock.forward(30 * 60_000);
    expect(await (await respond(url, { text: 'late' })).json()).toMatchObject({ error: 'expired_url' });
  });
});
