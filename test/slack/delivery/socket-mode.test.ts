import { SocketModeClient } from '@slack/socket-mode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createSettableClock } from '../settable-clock.ts';
import { createSlackStandIn, type SlackStandIn } from '../stand-in.ts';
import { quietLogger, webClient } from '../test-client.ts';

const clock = createSettableClock(1_790_000_000_000);
const clients: SocketModeClient[] = [];
let slack: SlackStandIn;

/** A connected real client that acknowledges, or not, and collects what it got. */
async function connect(acknowledge: 'ack' | 'silent' = 'ack') {
  const client = new SocketModeClient({
    appToken: slack.appToken,
    logger: quietLogger,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
    // The client waits this long before it reconnects.
    clientPingTimeout: 30,
  });
  clients.push(client);
  const received: { type: string; body: Record<string, unknown>; retry: unknown }[] = [];
  client.on('slack_event', ({ ack, type, body, retry_num }) => {
    received.push({ type, body, retry: retry_num });
    if (acknowledge === 'ack') void ack();
  });
  await client.start();
  return { client, received };
}

async function card(): Promise<string> {
  const web = webClient(slack, slack.botToken);
  const confirm = {
    title: { type: 'plain_text', text: 'Sure?' },
    text: { type: 'plain_text', text: 'Really' },
    confirm: { type: 'plain_text', text: 'Yes' },
    deny: { type: 'plain_text', text: 'No' },
  } as const;
  const text = { type: 'plain_text', text: 'Approve' } as const;
  const button = { type: 'button', text, action_id: 'approve', value: 'opaque', confirm } as const;
  const blocks = [{ type: 'actions', block_id: 'decision', elements: [button] }] as const;
  const posted = await web.chat.postMessage({ channel: slack.channel.id, text: 'card', blocks: [...blocks] });
  return String(posted.ts);
}

beforeEach(async () => {
  slack = await createSlackStandIn({ clock, rateLimits: 'off', messageEvents: 'subscribed' });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.disconnect()));
  await slack.close();
});

describe('a click over Socket Mode', () => {
  it('arrives as a block_actions payload and is acknowledged', async () => {
    const { received } = await connect();
    const ts = await card();
    const ana = slack.user('ana');
    expect(await slack.click('ana', ts, 'approve')).toMatchObject({
      outcome: 'acknowledged',
      transport: 'socket',
    });
    const interactive = received.find(({ type }) => type === 'interactive');
    expect(interactive?.body).toMatchObject({
      type: 'block_actions',
      user: { id: ana.id, username: 'ana', team_id: slack.workspace.team.id },
      team: { id: slack.workspace.team.id },
      api_app_id: slack.workspace.app.id,
      channel: { id: slack.channel.id, name: 'cluster-alerts' },
      container: { type: 'message', message_ts: ts, channel_id: slack.channel.id, is_ephemeral: false },
      message: { ts, text: 'card' },
      actions: [{ type: 'button', action_id: 'approve', block_id: 'decision', value: 'opaque' }],
    });
    expect(interactive?.body.actions).not.toHaveProperty([0, 'confirm']);
  });

  it('is not sent when the person thinks twice in the confirm dialog', async () => {
    const { received } = await connect();
    const ts = await card();
    expect(await slack.click('ana', ts, 'approve', { confirm: 'deny' })).toEqual({ outcome: 'cancelled' });
    expect(received.filter(({ type }) => type === 'interactive')).toEqual([]);
  });

  it('can come from a screen that shows an older revision, and fails loudly for a button that never was', async () => {
    const { received } = await connect();
    const ts = await card();
    const web = webClient(slack, slack.botToken);
    await web.chat.update({ channel: slack.channel.id, ts, text: 'decided' });
    await expect(slack.click('ana', ts, 'approve')).rejects.toThrow('no button approve');
    expect(await slack.click('ana', ts, 'approve', { revision: 0 })).toMatchObject({
      outcome: 'acknowledged',
    });
    expect(received.at(-1)?.body).toMatchObject({
      message: { text: 'decided' },
      actions: [{ value: 'opaque' }],
    });
  });

  it('goes to one connection, each in turn, and is lost on a ghost without being sent again', async () => {
    const one = await connect();
    const two = await connect();
    const ts = await card();
    const clicks = () =>
      [one, two].map(({ received }) => received.filter(({ type }) => type === 'interactive').length);
    await slack.click('ana', ts, 'approve');
    await slack.click('ana', ts, 'approve');
    expect(clicks()).toEqual([1, 1]);
    const exorcise = slack.socketMode.addGhost();
    const three = [1, 2, 3].map(() => slack.click('ana', ts, 'approve'));
    await slack.until('two of three', () => slack.deliveries('interactive').length === 4);
    exorcise();
    const outcomes = (await Promise.all(three)).map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(['acknowledged', 'acknowledged', 'timed-out']);
    expect(clicks()).toEqual([2, 2]);
  });

  it('can be delivered twice under one envelope id', async () => {
    const { client } = await connect();
    const seen: string[] = [];
    client.on('interactive', ({ envelope_id }) => seen.push(envelope_id));
    await slack.click('ana', await card(), 'approve');
    expect(await slack.socketMode.redeliver()).toMatchObject({ outcome: 'acknowledged' });
    expect(seen).toHaveLength(2);
    expect(new Set(seen).size).toBe(1);
  });

  it('times out when nobody acknowledges, and says so when nobody is connected', async () => {
    const ts = await card();
    expect(await slack.click('ana', ts, 'approve')).toEqual({ outcome: 'no-transport' });
    await connect('silent');
    const clicked = slack.click('ana', ts, 'approve');
    slack.socketMode.cut();
    expect(await clicked).toEqual({ outcome: 'timed-out', transport: 'socket' });
  });
});

describe('connections', () => {
  it('come back by themselves after a refresh and after a cut', async () => {
    const { client } = await connect();
    const seen = new Set(slack.socketMode.connections().map(({ id }) => id));
    for (const lose of [
      () => slack.socketMode.disconnect('refresh_requested'),
      () => slack.socketMode.cut(),
    ]) {
      const connected = new Promise((resolve) => client.once('connected', resolve));
      lose();
      await connected;
      for (const { id } of slack.socketMode.connections()) seen.add(id);
    }
    expect(seen.size).toBe(3);
    expect(slack.socketMode.connections()).toHaveLength(1);
  });

  it('need a fresh ticket each, and there are at most ten', async () => {
    const web = webClient(slack, slack.appToken);
    const opened = async (url: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(url);
        socket.on('message', (data) => resolve(String(JSON.parse(String(data)).reason ?? 'hello')));
        socket.on('error', (error) => resolve(error.message));
      });
    const url = async (): Promise<string> => String((await web.apps.connections.open()).url);
    const used = await url();
    expect(await opened(used)).toBe('hello');
    expect(await opened(used)).toBe('Unexpected server response: 404');
    const stale = await url();
    clock.forward(30_000);
    expect(await opened(stale)).toBe('Unexpected server response: 404');
    for (let n = 2; n <= 10; n += 1) expect(await opened(await url())).toBe('hello');
    expect(await opened(await url())).toBe('too_many_websockets');
    expect(slack.socketMode.connections()).toHaveLength(10);
  });
});

it('tells the app what people and the app itself write', async () => {
  const { received } = await connect();
  const root = await card();
  await slack.say('ben', 'is it <b>DNS</b>?', { threadTs: root });
  await slack.until('both events', () => slack.deliveries('event').length === 2);
  const [own, reply] = received;
  expect(own?.body).toMatchObject({
    type: 'event_callback',
    event: { type: 'message', bot_id: slack.workspace.app.botId },
  });
  expect(reply?.body).toMatchObject({
    team_id: slack.workspace.team.id,
    event: {
      type: 'message',
      user: slack.user('ben').id,
      text: 'is it &lt;b&gt;DNS&lt;/b&gt;?',
      thread_ts: root,
      channel: slack.channel.id,
    },
  });
});
