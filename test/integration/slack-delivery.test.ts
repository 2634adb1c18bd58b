import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SlackBench } from '../support/slack-bench.ts';
import { createSlackBench } from '../support/slack-bench.ts';
import { nodeSelectorStory, tellAll } from '../support/slack-story.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import type { Message } from '../slack/message.ts';

const id = 'inc-1';
let redis: RedisServer;
let bench: SlackBench;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.stop());
beforeEach(async () => {
  bench = await createSlackBench(redis.url);
});
afterEach(() => bench.close());

/** First line of each message of the channel, oldest first. */
const heads = (): string[] => bench.slack.messages().map(firstLine);

function firstLine({ blocks, text }: Message): string {
  const [first] = blocks;
  if (first?.type === 'header') return first.text.text;
  const [part] = first?.type === 'rich_text' ? first.elements : [];
  const [run] = part !== undefined && 'elements' in part ? part.elements : [];
  return run !== undefined && 'text' in run ? String(run.text) : text;
}

const keys = (): unknown[] => bench.slack.messages().map(({ metadata }) => metadata?.event_payload.key);
const posts = () => bench.slack.calls('chat.postMessage');

async function openStory() {
  const startMs = bench.clock.nowMs();
  const story = nodeSelectorStory(startMs);
  bench.clock.forward(9000);
  await bench.open(id, story.opened);
  return { ...story, startMs };
}

const wholeThread = ['root', 'reply-2', 'reply-3', 'card-plan-0123456789abcdef', 'reply-13', 'reply-19'];

describe('a whole incident', () => {
  it('is told in order in one thread, its root and card kept up to date', async () => {
    const story = await openStory();
    await bench.drain(id);
    await tellAll(
      bench,
      id,
      story.startMs,
      [...story.untilCard, story.decision, ...story.afterDecision],
      () => bench.drain(id),
    );
    expect(keys()).toEqual(wholeThread);
    const [root, ...replies] = bench.slack.messages();
    expect(heads()[0]).toBe('✅ Pods on node2 cannot reach pods on other nodes');
    expect(heads()[3]).toBe('☑️ Remove nodeSelector net=on from DaemonSet kube-flannel/kube-flannel-ds');
    for (const reply of replies) expect(reply).toMatchObject({ threadTs: root?.ts, mentions: [] });
    for (const { unfurl } of bench.slack.messages()) expect(unfurl).toEqual({ links: false, media: false });
    expect(await bench.store.outboxPending(10)).toEqual([]);
    expect(await bench.store.findByMessage({ channel: bench.slack.channel.id, ts: String(root?.ts) })).toBe(
      id,
    );
  });

  it('is told the same when everything is delivered at once, with one update of the root', async () => {
    const story = await openStory();
    await tellAll(bench, id, story.startMs, [...story.untilCard, story.decision]);
    await bench.drain(id);
    expect(keys()).toEqual(wholeThread.slice(0, 4));
    expect(bench.slack.calls('chat.update')).toEqual([]);
    expect(heads()[3]).toMatch(/^🔧 Remove nodeSelector/);
  });
});

describe('when Slack gives no clear answer', () => {
  it.each([
    ['dropped after it was done', { kind: 'connection-dropped', effect: 'done' } as const],
    ['dropped before it was done', { kind: 'connection-dropped', effect: 'none' } as const],
    ['a 503 after it was done', { kind: 'server-error', status: 503, effect: 'done' } as const],
  ])('no message stands twice and none is missing: %s', async (_name, fault) => {
    const story = await openStory();
    for (const told of story.untilCard) {
      bench.slack.faults.next(1, fault, { method: 'chat.postMessage' });
      await tellAll(bench, id, story.startMs, [told], () => bench.drain(id));
    }
    expect(keys()).toEqual(wholeThread.slice(0, 4));
  });

  it('a new process finds what the last one posted and did not record', async () => {
    const story = await openStory();
    await tellAll(bench, id, story.startMs, story.untilCard.slice(0, 1));
    await bench.drain(id);
    await tellAll(bench, id, story.startMs, story.untilCard.slice(1, 2));
    bench.clock.forward(5000);
    bench.slack.faults.next(
      1,
      { kind: 'connection-dropped', effect: 'done' },
      { method: 'chat.postMessage' },
    );
    expect(await bench.deliver(id)).toBeGreaterThan(0);
    expect(bench.slack.messages()).toHaveLength(3);
    bench.restart();
    await bench.drain(id);
    expect(keys()).toEqual(wholeThread.slice(0, 3));
  });

  it('a post is not repeated while the channel cannot be read', async () => {
    await openStory();
    bench.slack.faults.next(
      1,
      { kind: 'connection-dropped', effect: 'done' },
      { method: 'chat.postMessage' },
    );
    await bench.deliver(id);
    bench.slack.faults.next(
      3,
      { kind: 'server-error', status: 503, effect: 'none' },
      { method: 'conversations.history' },
    );
    await bench.drain(id);
    expect(keys()).toEqual(['root']);
    expect(posts()).toHaveLength(1);
  });
});

describe('rate limits', () => {
  it('a 429 holds the channel for as long as Slack says, and nothing is sent meanwhile', async () => {
    await openStory();
    bench.slack.faults.rateLimitChannel(bench.slack.channel.id, 30);
    expect(await bench.deliver(id)).toBe(30_000);
    bench.clock.forward(29_000);
    expect(await bench.deliver(id)).toBe(1000);
    expect(posts()).toHaveLength(1);
    bench.clock.forward(1000);
    await bench.drain(id);
    expect(keys()).toEqual(['root']);
  });

  it('posts of several incidents share one message a second', async () => {
    const story = await openStory();
    await bench.open('inc-2', story.opened);
    expect(await bench.deliver(id)).toBeNull();
    expect(await bench.deliver('inc-2')).toBeGreaterThan(500);
  });

  it('stay within those of Slack while everything is told at once', async () => {
    const strict = await createSlackBench(redis.url, {
      rateLimits: { 'chat.postMessage': { perMinute: 60, burst: 1, per: 'channel' } },
    });
    try {
      const startMs = strict.clock.nowMs();
      const story = nodeSelectorStory(startMs);
      await strict.open(id, story.opened);
      await tellAll(strict, id, startMs, story.untilCard);
      await strict.drain(id);
      expect(strict.slack.messages()).toHaveLength(4);
      expect(strict.slack.calls('chat.postMessage')).toHaveLength(4);
    } finally {
      await strict.close();
    }
  });
});

describe('while Slack is down', () => {
  it('nothing is lost, it is asked ever more rarely, and a short outage is told in order', async () => {
    const story = await openStory();
    await bench.slack.faults.down();
    await tellAll(bench, id, story.startMs, story.untilCard);
    const waits: (number | null)[] = [];
    for (let i = 0; i < 4; i += 1) {
      const waitMs = await bench.deliver(id);
      waits.push(waitMs);
      bench.clock.forward(waitMs ?? 0);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000]);
    await bench.slack.faults.up();
    await bench.drain(id);
    expect(keys()).toEqual(wholeThread.slice(0, 4));
  });

  it('a long outage is told in one message, with the card as it is now, then the close-out as itself', async () => {
    const story = await openStory();
    await bench.drain(id);
    await tellAll(bench, id, story.startMs, story.untilCard, () => bench.drain(id));
    await bench.slack.faults.down();
    for (const text of ['one', 'two']) await bench.tell(id, { type: 'answered', lines: [text] });
    await tellAll(bench, id, story.startMs, [story.decision, ...story.afterDecision]);
    bench.clock.forward(120_000);
    await bench.slack.faults.up();
    await bench.drain(id);
    expect(keys()).toEqual([...wholeThread.slice(0, 4), 'reply-7', 'reply-21']);
    expect(heads()[4]).toContain('Slack could not be reached; this happened meanwhile');
    expect(heads()[5]).toContain('The fix holds');
    expect(heads()[0]).toMatch(/^✅/);
    expect(heads()[3]).toMatch(/^☑️/);
  });

  it('a catch-up that was posted without an answer is not told again, also by a new process', async () => {
    const story = await openStory();
    await bench.drain(id);
    await tellAll(bench, id, story.startMs, [...story.untilCard.slice(0, 2)]);
    await bench.tell(id, { type: 'answered', lines: ['third'] });
    bench.clock.forward(120_000);
    bench.slack.faults.next(
      1,
      { kind: 'connection-dropped', effect: 'done' },
      { method: 'chat.postMessage' },
    );
    await bench.deliver(id);
    await bench.tell(id, { type: 'answered', lines: ['fourth'] });
    bench.restart();
    await bench.drain(id);
    expect(keys()).toEqual(['root', 'reply-2', 'reply-5']);
  });
});

describe('a message that Slack refuses', () => {
  it('goes out as text only, and the thread goes on', async () => {
    const story = await openStory();
    bench.slack.faults.next(1, { kind: 'refused', error: 'invalid_blocks' }, { method: 'chat.postMessage' });
    await bench.drain(id);
    await tellAll(bench, id, story.startMs, story.untilCard.slice(0, 1), () => bench.drain(id));
    expect(keys()).toEqual(['root', 'reply-2']);
    expect(bench.slack.messages()[0]?.revisions[0]?.blocks).toEqual([]);
  });

  it('because the app was thrown out of the channel waits until it is back', async () => {
    await openStory();
    const { channel, workspace } = bench.slack;
    workspace.setChannel({ ...channel, hasApp: false });
    expect(await bench.deliver(id)).toBe(30_000);
    workspace.setChannel({ ...channel, hasApp: true });
    bench.clock.forward(30_000);
    await bench.drain(id);
    expect(keys()).toEqual(['root']);
  });
});

describe('a message that somebody deleted', () => {
  it('the root is posted anew, and what follows hangs on the new one', async () => {
    const story = await openStory();
    await bench.drain(id);
    bench.slack.faults.next(1, { kind: 'refused', error: 'message_not_found' }, { method: 'chat.update' });
    await tellAll(bench, id, story.startMs, story.untilCard, () => bench.drain(id));
    expect(keys()).toEqual(['root', 'root', 'reply-2', 'reply-3', 'card-plan-0123456789abcdef']);
    const [, root, ...replies] = bench.slack.messages();
    for (const reply of replies) expect(reply.threadTs).toBe(root?.ts);
    expect(heads()[1]).toMatch(/^🟠/);
  });
});

describe('what the channel is told besides the thread', () => {
  it('calls for help are shown in the channel too; nothing else is', async () => {
    const story = await openStory();
    await tellAll(bench, id, story.startMs, story.untilCard);
    await bench.tell(id, {
      type: 'help-requested',
      reason: 'nobody knows',
      known: [],
      ruledOut: [],
      cannotSee: [],
      lookAt: [],
    });
    await bench.drain(id);
    const broadcast = posts().filter(({ args }) => JSON.stringify(args).includes('reply_broadcast'));
    expect(broadcast).toHaveLength(1);
    expect(JSON.stringify(broadcast)).toContain('nobody knows');
  });
});
