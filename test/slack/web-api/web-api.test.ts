import { ErrorCode, type WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSettableClock } from '../settable-clock.ts';
import { createSlackStandIn, type SlackStandIn } from '../stand-in.ts';
import { refusal, webClient } from '../test-client.ts';
import type { SlackStandInOptions } from '../stand-in-options.ts';

const clock = createSettableClock(1_790_000_000_000);
let slack: SlackStandIn;
let web: WebClient;
let channel: string;

async function start(options: SlackStandInOptions): Promise<void> {
  slack = await createSlackStandIn({ clock, ...options });
  web = webClient(slack, slack.botToken);
  channel = slack.channel.id;
}

beforeEach(() => start({ rateLimits: 'off' }));
afterEach(() => slack.close());

describe('tokens', () => {
  it('says who the app is', async () => {
    const { app, team } = slack.workspace;
    expect(await web.auth.test()).toMatchObject({
      ok: true,
      team_id: team.id,
      user_id: app.botUserId,
      bot_id: app.botId,
    });
  });

  it('refuses without, with a wrong, a revoked and the other kind of token', async () => {
    expect(await refusal(webClient(slack).auth.test())).toBe('not_authed');
    expect(await refusal(webClient(slack, 'xoxb-other').auth.test())).toBe('invalid_auth');
    expect(await refusal(webClient(slack, slack.appToken).auth.test())).toBe('not_allowed_token_type');
    expect(await refusal(web.apps.connections.open())).toBe('not_allowed_token_type');
    slack.workspace.setToken({ value: slack.botToken, kind: 'bot', scopes: [], state: 'revoked' });
    expect(await refusal(web.auth.test())).toBe('token_revoked');
  });

  it('names the scope that is missing', async () => {
    slack.workspace.setToken({ value: slack.botToken, kind: 'bot', scopes: ['chat:write'], state: 'active' });
    await expect(web.conversations.history({ channel })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'channels:history', provided: 'chat:write' },
    });
  });
});

describe('posting', () => {
  it('stores blocks and metadata, and gives every message of a channel its own ts', async () => {
    const metadata = { event_type: 'incident_root', event_payload: { id: 'i-1' } };
    const posted = await Promise.all(
      [1, 2, 3].map((n) =>
        web.chat.postMessage({ channel: 'cluster-alerts', text: `a < ${n} & <https://x.test|x>`, metadata }),
      ),
    );
    expect(new Set(posted.map(({ ts }) => ts)).size).toBe(3);
    expect(
      slack
        .messages()
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual([
      'a &lt; 1 &amp; <https://x.test|x>',
      'a &lt; 2 &amp; <https://x.test|x>',
      'a &lt; 3 &amp; <https://x.test|x>',
    ]);
    const without = await web.conversations.history({ channel });
    expect(without.messages?.[0]?.metadata).toBeUndefined();
    const history = await web.conversations.history({ channel, include_all_metadata: true });
    expect(history.messages?.[0]?.metadata).toEqual(metadata);
  });

  it('takes JSON as well as forms, and warns about a missing charset', async () => {
    const post = (contentType: string) =>
      fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { 'content-type': contentType, authorization: `Bearer ${slack.botToken}` },
        body: JSON.stringify({ channel, blocks: [{ type: 'divider' }] }),
      }).then((response) => response.json());
    expect(await post('application/json')).toMatchObject({ ok: true, warning: 'missing_charset' });
    expect(await post('application/json; charset=utf-8')).not.toHaveProperty('warning');
    expect(await post('text/plain')).toMatchObject({ error: 'invalid_post_type' });
  });

  it('refuses what cannot be posted', async () => {
    const say = (more: object) => refusal(web.chat.postMessage({ channel, text: 'x', ...more }));
    expect(await say({ channel: 'nowhere' })).toBe('channel_not_found');
    slack.workspace.setChannel({ name: 'elsewhere', hasApp: false });
    expect(await say({ channel: '#elsewhere' })).toBe('not_in_channel');
    const secret = slack.workspace.setChannel({ name: 'secret', isPrivate: true, hasApp: false });
    expect(await say({ channel: secret.id })).toBe('channel_not_found');
    slack.workspace.setChannel({ name: 'old', isArchived: true });
    expect(await say({ channel: 'old' })).toBe('is_archived');
    expect(await say({ text: '' })).toBe('no_text');
    expect(await say({ text: 'x'.repeat(40_001) })).toBe('msg_too_long');
    expect(await say({ blocks: 'no list' })).toBe('invalid_blocks_format');
    expect(await say({ metadata: { event_type: 'x' } })).toBe('invalid_metadata_format');
    expect(await say({ metadata: { event_type: 'x', event_payload: { a: 'x'.repeat(16_400) } } })).toBe(
      'metadata_too_large',
    );
    expect(await say({ attachments: [{ text: 'x' }] })).toBe('invalid_attachments');
    expect(await say({ thread: '1' })).toBe('invalid_arguments');
    expect(await say({ username: 'Somebody' })).toBe('missing_scope');
    expect(slack.messages()).toEqual([]);
  });

  it('names the bad block where the client looks for it', async () => {
    const blocks = [{ type: 'input' }];
    await expect(web.chat.postMessage({ channel, text: 'x', blocks })).rejects.toMatchObject({
      code: ErrorCode.PlatformError,
      data: {
        error: 'invalid_blocks',
        response_metadata: { messages: ['[ERROR] unsupported type: input [json-pointer:/blocks/0/type]'] },
      },
    });
  });

  it('records whom a message would notify', async () => {
    const ana = slack.user('ana').id;
    const said = async (text: string) =>
      slack.message(String((await web.chat.postMessage({ channel, text })).ts))?.mentions;
    expect(await said(`<!channel> <@${ana}>`)).toEqual(['channel', ana]);
    expect(await said('&lt;!channel&gt; @channel <! channel>')).toEqual([]);
  });
});

describe('threads', () => {
  it('hang on a root only', async () => {
    const root = String((await web.chat.postMessage({ channel, text: 'root' })).ts);
    const reply = String((await web.chat.postMessage({ channel, text: 'reply', thread_ts: root })).ts);
    expect(slack.thread(root).map(({ text }) => text)).toEqual(['root', 'reply']);
    const replyTo = (thread_ts: string) => refusal(web.chat.postMessage({ channel, text: 'x', thread_ts }));
    expect(await replyTo(reply)).toBe('cannot_reply_to_message');
    expect(await replyTo('1700000000.000001')).toBe('thread_not_found');
    expect(await replyTo('12')).toBe('invalid_thread_ts');
    const history = await web.conversations.history({ channel });
    expect(history.messages).toHaveLength(1);
    expect(history.messages?.[0]).toMatchObject({
      ts: root,
      thread_ts: root,
      reply_count: 1,
      latest_reply: reply,
    });
  });

  it('are paged with a cursor, in order and without gaps', async () => {
    const root = String((await web.chat.postMessage({ channel, text: '0' })).ts);
    for (let n = 1; n <= 6; n += 1) await web.chat.postMessage({ channel, text: String(n), thread_ts: root });
    const texts: (string | undefined)[] = [];
    for await (const page of web.paginate('conversations.replies', { channel, ts: root, limit: 3 })) {
      const messages: unknown = Reflect.get(page, 'messages');
      if (Array.isArray(messages)) texts.push(...messages.map((message) => String(message.text)));
    }
    expect(texts).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    const since = await web.conversations.replies({ channel, ts: root, oldest: root });
    expect(since.messages).toHaveLength(6);
    expect(await refusal(web.conversations.replies({ channel, ts: root, cursor: 'nonsense' }))).toBe(
      'invalid_cursor',
    );
    expect(await refusal(web.conversations.replies({ channel, ts: '1.000000' }))).toBe('thread_not_found');
  });
});

describe('updating', () => {
  const blocks = [{ type: 'header', text: { type: 'plain_text', text: 'One' } }];

  it('keeps what is not given, and drops the blocks when only text is', async () => {
    const metadata = { event_type: 'a', event_payload: {} };
    const ts = String((await web.chat.postMessage({ channel, text: 'one', blocks, metadata })).ts);
    await web.chat.update({ channel, ts, blocks: [{ type: 'divider' }] });
    expect(slack.message(ts)).toMatchObject({ text: 'one', metadata, edit: { marked: false } });
    await web.chat.update({ channel, ts, text: 'two', metadata: {} as never });
    expect(slack.message(ts)).toMatchObject({
      text: 'two',
      blocks: [],
      metadata: undefined,
      edit: { marked: true },
    });
    expect(slack.message(ts)?.revisions.map(({ text }) => text)).toEqual(['one', 'one', 'two']);
  });

  it('refuses a longer text than when posting, and messages of others', async () => {
    const ts = String((await web.chat.postMessage({ channel, text: 'x'.repeat(4001) })).ts);
    const update = (more: object) => refusal(web.chat.update({ channel, ts, text: 'x', ...more }));
    expect(await update({ text: 'x'.repeat(4001) })).toBe('msg_too_long');
    expect(await update({ ts: '1700000000.000001' })).toBe('message_not_found');
    const { ts: hers } = await slack.say('ana', 'mine');
    expect(await update({ ts: hers })).toBe('cant_update_message');
    expect(await refusal(web.apiCall('chat.update', { channel, ts }))).toBe('no_text');
    expect(await update({ channel: 'cluster-alerts' })).toBe('channel_not_found');
  });
});

it('looks up people, channels and links, and shows an ephemeral message to one person', async () => {
  const ana = slack.user('ana');
  expect(await web.users.info({ user: ana.id })).toMatchObject({
    user: { name: 'ana', team_id: ana.teamId },
  });
  expect(await refusal(web.users.info({ user: 'U0' }))).toBe('user_not_found');
  expect(await web.conversations.info({ channel })).toMatchObject({
    channel: { name: 'cluster-alerts', is_member: true },
  });
  const { ts } = await web.chat.postMessage({ channel, text: 'x' });
  const { permalink } = await web.chat.getPermalink({ channel, message_ts: String(ts) });
  expect(permalink).toBe(`${slack.url}/archives/${channel}/p${String(ts).replace('.', '')}`);
  await web.chat.postEphemeral({ channel, user: ana.id, text: 'only you', thread_ts: String(ts) });
  expect(await refusal(web.chat.postEphemeral({ channel, user: 'U0', text: 'x' }))).toBe(
    'user_not_in_channel',
  );
  expect(slack.ephemerals('ana')).toMatchObject([{ text: 'only you', threadTs: ts }]);
  expect(slack.ephemerals('ben')).toEqual([]);
  expect(slack.messages()).toHaveLength(1);
});
