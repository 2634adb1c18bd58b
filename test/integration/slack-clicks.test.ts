import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { currentProposal } from '@pathmedic/coordinator/domain/incident.ts';
import { addSlackRoutes } from '@pathmedic/coordinator/http/slack-routes.ts';
import { createSlackBench, type SlackBench } from '../support/slack-bench.ts';
import { nodeSelectorStory, tellAll } from '../support/slack-story.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';

const id = 'inc-1';
let redis: RedisServer;
let bench: SlackBench;
let cardTs = '';
let rootTs = '';
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.stop());

/** An incident with an open card. */
async function withCard(made: SlackBench, card: 'recorded' | 'unrecorded' = 'recorded'): Promise<void> {
  bench = made;
  const startMs = bench.clock.nowMs();
  const story = nodeSelectorStory(startMs);
  await bench.open(id, story.opened);
  await tellAll(bench, id, startMs, story.untilCard.slice(0, -1));
  await bench.drain(id);
  await tellAll(bench, id, startMs, story.untilCard.slice(-1));
  if (card === 'recorded') await bench.drain(id);
  else await dropCard();
  const [root, , , posted] = bench.slack.messages();
  rootTs = String(root?.ts);
  cardTs = String(posted?.ts);
}

/** Posts the card without an answer: it stands in the channel, and the store knows nothing of it. */
async function dropCard(): Promise<void> {
  bench.slack.faults.next(1, { kind: 'connection-dropped', effect: 'done' }, { method: 'chat.postMessage' });
  while (bench.slack.messages().length < 4) bench.clock.forward((await bench.deliver(id)) ?? 0);
}

const incident = async () => {
  const loaded = await bench.store.load(id);
  if (loaded === null) throw new Error('no incident');
  return loaded;
};
const decisions = async () =>
  (await incident()).events.flatMap(({ actor, body }) =>
    body.type === 'decided' ? [{ actor, decision: body.decision }] : [],
  );
const whispers = (who: string): string[] => bench.slack.ephemerals(who).map(({ text }) => text);
const byAna = { actor: { type: 'person', name: 'ana', via: 'slack' }, decision: 'approved' };

/** Until the app has dealt with `count` deliveries and answered. */
async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (let i = 0; i < 400; i += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`not seen: ${what}`);
}

describe('clicks by Socket Mode', () => {
  beforeEach(async () => {
    await withCard(
      await createSlackBench(redis.url, {
        transport: 'socket',
        messageEvents: 'subscribed',
        commandTimeoutMs: 1000,
      }),
    );
    await bench.slack.until('a connection', () => bench.slack.socketMode.connections().length === 1);
  });
  afterEach(() => bench.close());

  it('an approval is recorded once under a double click, and the second is told so', async () => {
    const clicks = await Promise.all([
      bench.slack.click('ana', cardTs, 'approve'),
      bench.slack.click('ana', cardTs, 'approve'),
    ]);
    expect(clicks.map(({ outcome }) => outcome)).toEqual(['acknowledged', 'acknowledged']);
    await bench.slack.until('the answer', () => whispers('ana').length > 0);
    expect(await decisions()).toEqual([byAna]);
    expect(whispers('ana')).toEqual([
      expect.stringMatching(/^Already approved by @ana in Slack at 03:12:5\d UTC\.$/),
    ]);
    await bench.drain(id);
    expect(bench.slack.message(cardTs)?.blocks.at(-1)).toMatchObject({
      elements: [{ action_id: 'open-conversation' }],
    });
  });

  it('a redelivered click does nothing the second time', async () => {
    await bench.slack.click('ana', cardTs, 'approve');
    await until('the decision', async () => (await decisions()).length > 0);
    await bench.slack.socketMode.redeliver();
    await bench.slack.click('ben', rootTs, 'take-over');
    await bench.slack.until('the answer', () => whispers('ben').length > 0);
    expect(whispers('ana')).toEqual([]);
  });

  it('who may not approve, and who is not known at all, is told why; nothing is changed', async () => {
    await bench.slack.click('ben', cardTs, 'approve');
    await bench.slack.until('the answer', () => whispers('ben').length > 0);
    expect(whispers('ben')[0]).toMatch(
      /^You are not on the list of approvers for remediation in prod-eu1\. Ask one of: @ana\.$/,
    );
    await bench.slack.click('chidi', cardTs, 'approve');
    await bench.slack.until('the answer', () => whispers('chidi').length > 0);
    expect(whispers('chidi')[0]).toMatch(
      /^You are not on the list of people who may act on incidents in test\. Ask one of: @ana\. To be added: Slack team T\w+, user U\w+\.$/,
    );
    expect(await decisions()).toEqual([]);
  });

  it('a click after the expiry, on an old screen too, is refused with the reason', async () => {
    bench.clock.forward(900_000);
    await bench.slack.click('ana', cardTs, 'approve');
    await bench.slack.until('the answer', () => whispers('ana').length > 0);
    expect(whispers('ana')[0]).toMatch(/^The time to decide was over at .* Nothing was changed\.$/);
    expect(await decisions()).toEqual([]);
  });

  it('people of another organisation in a shared channel are not listened to', async () => {
    bench.slack.workspace.addPerson({ name: 'mallory', teamId: 'T0OTHERTEAM' });
    await bench.slack.click('mallory', cardTs, 'approve');
    await bench.slack.click('ben', cardTs, 'approve');
    await bench.slack.until('the answer to the later click', () => whispers('ben').length > 0);
    expect(await decisions()).toEqual([]);
    expect(whispers('mallory')).toEqual([]);
  });

  it('take over and need help are told in the thread once each', async () => {
    await bench.slack.click('ana', rootTs, 'need-help');
    await until('the call', async () =>
      (await incident()).events.some(({ body }) => body.type === 'answered'),
    );
    await bench.slack.click('ana', rootTs, 'need-help');
    await bench.slack.until('the answer', () => whispers('ana').length === 1);
    await bench.slack.click('ana', rootTs, 'take-over');
    await until('taken over', async () => (await incident()).incident.takenOverBy !== null);
    await bench.drain(id);
    const texts = bench.slack.messages().map(({ text }) => text);
    expect(texts.filter((text) => text.startsWith('🆘 @ana asks for help'))).toHaveLength(1);
    expect(texts.filter((text) => text.startsWith('👤 Taken over by @ana in Slack'))).toHaveLength(1);
    await bench.slack.click('ana', rootTs, 'take-over', { revision: 0 });
    await bench.slack.until('the answer', () => whispers('ana').length === 2);
    expect(whispers('ana')[1]).toBe('You have taken over already.');
  });

  it('what known people write in the thread is kept and followed; others are told once that it is not', async () => {
    await bench.slack.say('ana', 'why?', { threadTs: rootTs });
    await until('the answer', async () =>
      (await incident()).events.some(({ body }) => body.type === 'answered'),
    );
    await bench.slack.say('chidi', 'close', { threadTs: rootTs });
    await bench.slack.say('chidi', 'please', { threadTs: rootTs });
    await bench.slack.until('the answer', () => whispers('chidi').length > 0);
    await bench.slack.say('ana', 'a &lt; b <@U0000000BEN>', { threadTs: rootTs });
    const { events } = await until('both', async () => {
      const loaded = await incident();
      return loaded.events.filter(({ body }) => body.type === 'said').length === 2 && loaded;
    });
    const said = events.flatMap(({ body, actor }) => (body.type === 'said' ? [[actor, body.text]] : []));
    expect(said).toEqual([
      [byAna.actor, 'why?'],
      [byAna.actor, expect.stringContaining('@U0000000BEN')],
    ]);
    expect(whispers('chidi')).toHaveLength(1);
    expect((await incident()).incident.phase).toBe('awaiting-approval');
  });

  it('a click while the store does not answer changes nothing, and the person is told to click again', async () => {
    redis.freeze();
    try {
      await bench.slack.click('ana', cardTs, 'approve');
      await bench.slack.until('the answer', () => whispers('ana').length > 0);
    } finally {
      redis.thaw();
    }
    expect(whispers('ana')[0]).toMatch(/^This could not be recorded just now/);
    await bench.slack.click('ana', cardTs, 'approve');
    await until('the decision', async () => (await decisions()).length > 0);
    expect(await decisions()).toEqual([byAna]);
  });

  it('no click is lost over a refresh, and the connection comes back after a cut', async () => {
    const { socketMode } = bench.slack;
    const [first] = socketMode.connections();
    socketMode.disconnect('refresh_requested');
    const during = await bench.slack.click('ben', cardTs, 'approve');
    expect(during.outcome).toBe('acknowledged');
    const [second] = await bench.slack.until('the new connection', () => {
      const open = socketMode.connections();
      return open.length === 1 && open[0]?.id !== first?.id && open;
    });
    socketMode.cut();
    await bench.slack.until('another connection', () => {
      const open = socketMode.connections();
      return open.length === 1 && open[0]?.id !== second?.id;
    });
    await bench.slack.click('ana', cardTs, 'approve');
    await until('the decision', async () => (await decisions()).length > 0);
    expect(whispers('ben')).toHaveLength(1);
  });
});

describe('a card that stands in the channel and was not recorded', () => {
  it('can be decided on, and is then brought up to date', async () => {
    const made = await createSlackBench(redis.url, { transport: 'socket' });
    try {
      await made.slack.until('a connection', () => made.slack.socketMode.connections().length === 1);
      await withCard(made, 'unrecorded');
      await bench.slack.click('ana', cardTs, 'reject');
      await until('the decision', async () => (await decisions()).length > 0);
      await bench.drain(id);
      expect(bench.slack.message(cardTs)?.text).toMatch(/^✋ Rejected/);
      expect(bench.slack.messages()).toHaveLength(5);
    } finally {
      await made.close();
    }
  });
});

describe('clicks by signed HTTP', () => {
  let server: FastifyInstance;
  beforeEach(async () => {
    const made = await createSlackBench(redis.url);
    server = fastify();
    const slack = { signingSecret: made.slack.signingSecret, onSlackRequest: made.app().onSlackRequest };
    await addSlackRoutes(server, { clock: made.clock, slack });
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    made.slack.link.urls.interactivityUrl = `${url}/v1/slack/interactions`;
    made.slack.link.urls.eventsUrl = `${url}/v1/slack/events`;
    await withCard(made);
  });
  afterEach(async () => {
    await server.close();
    await bench.close();
  });

  it('are recorded once, also when the same request is replayed', async () => {
    expect(await bench.slack.click('ana', cardTs, 'approve')).toMatchObject({ outcome: 'acknowledged' });
    await until('the decision', async () => (await decisions()).length > 0);
    const [sent] = bench.slack.http.sent();
    if (sent === undefined) throw new Error('nothing was sent');
    expect(await bench.slack.http.replay(sent)).toMatchObject({ outcome: 'acknowledged' });
    await bench.slack.click('ben', cardTs, 'approve', { revision: 0 });
    await bench.slack.until('the answer to the later click', () => whispers('ben').length > 0);
    expect(await decisions()).toEqual([byAna]);
    expect(whispers('ana')).toEqual([]);
  });

  it.each([
    'wrong-secret',
    'unsigned',
    'old-timestamp',
    'future-timestamp',
    'timestamp-not-signed',
    'other-version',
  ] as const)('change nothing with a signature that is %s', async (kind) => {
    const delivery = await bench.slack.clickOverHttp('ana', cardTs, 'approve', kind);
    expect(delivery).not.toMatchObject({ outcome: 'acknowledged' });
    await bench.app().close();
    expect(await decisions()).toEqual([]);
    expect(currentProposal((await incident()).incident)?.status.at).toBe('open');
  });

  it('the events URL answers the challenge', async () => {
    expect(await bench.slack.link.verifyEventsUrl()).toBe('verified');
  });
});
