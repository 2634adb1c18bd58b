import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test } from 'vitest';
import { judgeDecision, requesterOf } from '../domain/approval.ts';
import { readEvent } from '../domain/event-versions.ts';
import type { EventBody } from '../domain/incident-event.ts';
import { currentProposal } from '../domain/incident.ts';
import type { Principal } from '../domain/principal.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { crashing, pod } from '../facts/record-builders.fixture.ts';
import { reportMarkdown } from '../messages/report-markdown.ts';
import { cardMessage } from '../messages/slack-card.ts';
import { replyMessage } from '../messages/slack-reply.ts';
import type { LogRequest } from '../ports/cluster.ts';
import { cluster, coredns, dnsPods, network } from '../runbooks/situation.fixture.ts';
import { createMemoryStore } from '../sensing/memory-store.fixture.ts';
import { diagnose } from '../runbooks/diagnose.ts';
import { converse } from './converse.ts';
import type { PipelineDeps } from './deps.ts';
import { createStory, dnsSymptom, startMs } from './incident-story.fixture.ts';
import { propose } from './propose.ts';
import { defaultPipelineSettings } from './settings.ts';
import { workOnIncident } from './work.ts';

const vera: Principal = { name: 'vera', roles: ['viewer'] };
const ana: Principal = { name: 'ana', roles: ['viewer', 'approver'] };

const shop = pod('shop-1', 'shop', { meta: { owner: { kind: 'ReplicaSet', name: 'shop', uid: 'rs' } } });
const facts = () => {
  const at = cluster();
  const dns = dnsPods(crashing('coredns'));
  return { ...at, pods: [...at.pods.filter(({ hostNetwork }) => hostNetwork), ...dns, shop] };
};

/** CoreDNS as a Helm release, with somebody to ask for its change. */
const ofHelm = (): ReturnType<typeof facts> => {
  const meta = { ...coredns.meta, managedBy: { by: 'helm' as const, detail: 'Helm release coredns' } };
  return { ...facts(), deployments: [{ ...coredns, meta }] };
};

const deployment: RawObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'coredns', namespace: 'kube-system', uid: coredns.meta.uid, resourceVersion: '7' },
  spec: { replicas: 2, template: { metadata: { labels: { 'k8s-app': 'kube-dns' } } } },
};

/** An incident for which people are asked, and one replica that works on it. */
async function createBench(known = facts) {
  const memory = createMemoryStore(() => startMs);
  const asked: LogRequest[] = [];
  const deps: PipelineDeps = {
    store: {
      ...memory.store,
      pause: async () => ({ paused: false }),
      defer: async () => undefined,
    },
    cluster: {
      facts: known,
      synced: () => true,
      read: async ({ name }) =>
        name === 'coredns'
          ? { ok: true, object: deployment }
          : { ok: false, reason: 'forbidden', detail: 'not allowed' },
      mutate: () => Promise.reject(new Error('the coordinator never writes')),
      async logs(request) {
        asked.push(request);
        return request.previous ? ['old 1', "Unknown directive 'redy' <!channel>"] : ['new 1'];
      },
      reviewToken: () => Promise.reject(new Error('not asked here')),
    },
    network: { snapshot: () => network(), requestCheck: () => undefined, checkOutcome: () => null },
    queue: { wake: async () => undefined },
    clock: createVirtualClock({ startMs }),
    settings: { ...defaultPipelineSettings, mode: 'remediate' },
    newId: () => 'id-0123456789abcdef',
    approvalKey: 'a',
    auditKey: 'k',
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const help = { known: [], ruledOut: [], cannotSee: [], lookAt: [] };
  const opened: EventBody = {
    type: 'opened',
    scopeKey: 's',
    cluster: 'test',
    title: 'DNS',
    symptoms: [dnsSymptom],
    detectedAtMs: startMs,
  };
  memory.put('inc-1', opened);
  memory.put('inc-1', { type: 'help-requested', reason: 'Stuck.', ...help });
  const load = async () => {
    const loaded = await memory.store.load('inc-1');
    if (loaded === null) throw new Error('no incident');
    return loaded;
  };
  return {
    memory,
    asked,
    load,
    async say(text: string, principal = vera, via: 'slack' | 'console' = 'slack') {
      await converse(
        { store: deps.store, queue: deps.queue, auditKey: 'k' },
        { incidentId: 'inc-1', principal, via, text },
      );
      await workOnIncident(deps, 'inc-1');
      const { events } = await load();
      return events.at(-1)?.body;
    },
  };
}

test('the log of a networking pod is shown with that of its last crash, as text of others', async () => {
  const bench = await createBench();
  expect(await bench.say('logs coredns-0')).toEqual({
    type: 'answered',
    lines: [
      expect.stringMatching(
        /^End of the log of CoreDNS pod kube-system\/coredns-0 on node1, \d+ restarts?:$/,
      ),
    ],
    quoted: {
      what: 'log',
      lines: [
        '--- before its last restart ---',
        'old 1',
        "Unknown directive 'redy' <!channel>",
        '--- since then ---',
        'new 1',
      ],
    },
    to: 4,
  });
  expect(bench.asked.map(({ previous }) => previous)).toEqual([true, false]);
  const { incident, events } = await bench.load();
  expect(incident.asked).toEqual([]);
  const last = events.at(-1);
  const to = { conversationUrl: 'https://p.example/i', writeUpUrl: 'https://p.example/w', approvers: [] };
  const blocks = JSON.stringify(last === undefined ? null : replyMessage(last, 'inc-1', events, to)?.blocks);
  expect(blocks).toContain('"rich_text_preformatted","elements":[{"type":"text","text":"--- before');
  expect(blocks).not.toContain('mrkdwn');
});

test('no other log is read: not of workloads, not of pods that are not known', async () => {
  const bench = await createBench();
  expect(await bench.say('logs shop/shop-1')).toMatchObject({
    lines: [expect.stringContaining('Pod shop/shop-1 is no part of the network')],
  });
  expect(await bench.say('logs kube-system/nothing-there')).toMatchObject({
    lines: ['No pod kube-system/nothing-there is known.'],
  });
  expect(bench.asked).toEqual([]);
});

test('an action that anybody asks for becomes a draft like any other, and who asked may not approve it', async () => {
  const bench = await createBench();
  expect(await bench.say('propose restart-deployment kube-system/coredns', ana, 'console')).toMatchObject({
    type: 'drafted',
    asked: 4,
    proposal: {
      title: 'Restart Deployment kube-system/coredns',
      why: '@ana in the console asks for this.',
      cause: 'other',
      seal: expect.any(String),
    },
  });
  const { incident, events } = await bench.load();
  expect(incident).toMatchObject({ phase: 'drafted', asked: [] });
  // Written as JSON and read again: the store knows these events.
  for (const event of events)
    expect(readEvent(JSON.parse(JSON.stringify(event)))).toMatchObject({ ok: true });
  const proposal = incident.draft?.proposal;
  if (proposal === undefined) throw new Error('no draft');
  bench.memory.put('inc-1', { type: 'proposed', proposal });
  const open = await bench.load();
  const requestedBy = requesterOf(open.events, proposal.id);
  expect(requestedBy).toEqual({ type: 'person', name: 'ana', via: 'console' });
  const question = { incident: open.incident, proposalId: proposal.id, requestedBy, nowMs: startMs };
  const judge = (principal: Principal) => judgeDecision({ ...question, principal, decision: 'approved' });
  expect(judge(ana)).toMatchObject({ ok: false, reason: 'requester' });
  expect(judge({ name: 'ben', roles: ['approver'] })).toMatchObject({ ok: true });
  const state = currentProposal(open.incident);
  if (state === null) throw new Error('no card');
  expect(state).toMatchObject({ status: { at: 'open' }, askedBy: { name: 'ana' } });
  const words = (approvers: string[]): string =>
    JSON.stringify(
      cardMessage(open.incident, state, {
        conversationUrl: 'https://p.example/i',
        writeUpUrl: '',
        approvers,
      }),
    );
  expect(words(['ana', 'ben'])).toContain('May approve: @ben"');
  expect(words(['ana'])).toContain('May approve: nobody besides @ana, who asked for it');
});

test.each([
  ['propose restart-deployment shop/shop', 'No Deployment shop/shop is known.'],
  ['propose scale-coredns 1', 'Not proposed: Deployment kube-system/coredns already has 2 replicas'],
  ['propose delete-pod kube-system/coredns-0', 'could not be read (not allowed)'],
])('%s is refused with the reason, and changes nothing', async (text, why) => {
  const bench = await createBench();
  expect(await bench.say(text)).toMatchObject({
    type: 'answered',
    lines: [expect.stringContaining(why)],
    to: 4,
  });
  expect((await bench.load()).incident).toMatchObject({ phase: 'needs-help', draft: null, asked: [] });
});

test('nothing is proposed beside another plan, while a person has taken over, or once the symptoms are gone', async () => {
  const ask = async (...before: EventBody[]) => {
    const bench = await createBench();
    for (const body of before) bench.memory.put('inc-1', body);
    const body = await bench.say('propose restart-deployment coredns');
    const { events } = await bench.load();
    return body?.type === 'answered' ? body.lines[0] : events.find((e) => e.body.type === 'answered')?.body;
  };
  expect(await ask({ type: 'taken-over' })).toContain('hand back');
  expect(await ask({ type: 'recovered', detail: 'gone' })).toMatchObject({
    lines: ['The symptoms are gone; nothing needs to be changed.'],
  });
  const bench = await createBench();
  await bench.say('propose restart-deployment coredns');
  await bench.say('propose scale-coredns 4');
  const answers = (await bench.load()).events.filter(({ body }) => body.type === 'answered');
  expect(answers.map(({ body }) => 'lines' in body && body.lines[0])).toEqual([
    'Another plan is on its way or up for approval: reject that one first.',
  ]);
});

test('nothing is proposed while a plan that was begun has not ended: its executor would forget it over the new draft', async () => {
  const bench = await createBench();
  await bench.say('propose restart-deployment coredns');
  const proposal = (await bench.load()).incident.draft?.proposal;
  if (proposal === undefined) throw new Error('no draft');
  const proposalId = proposal.id;
  bench.memory.put('inc-1', { type: 'proposed', proposal });
  bench.memory.put('inc-1', { type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) });
  bench.memory.put('inc-1', { type: 'execution-requested', proposalId });
  bench.memory.put('inc-1', {
    type: 'help-requested',
    reason: 'The executor has gone silent.',
    known: [],
    ruledOut: [],
    cannotSee: [],
    lookAt: [],
  });
  expect(await bench.say('propose scale-coredns 4')).toMatchObject({
    type: 'answered',
    lines: [expect.stringContaining('has not ended')],
  });
  expect((await bench.load()).incident).toMatchObject({ phase: 'needs-help', draft: null });
});

test('a change that belongs to its source is shown instead of proposed, to who asked and to the owners', async () => {
  const bench = await createBench(ofHelm);
  const answered = await bench.say('propose scale-coredns 4');
  expect(answered).toMatchObject({
    lines: [expect.stringContaining('is managed by Helm release coredns')],
    quoted: { what: 'change', lines: expect.arrayContaining([expect.stringMatching(/^\+ +replicas: 4$/)]) },
  });
  const situation = { facts: ofHelm(), network: network({ dns: () => true }), symptoms: [dnsSymptom] };
  const scaled = { ...deployment, spec: { replicas: 0 } };
  const [only] = situation.facts.deployments;
  if (only === undefined) throw new Error('no deployment');
  const none = { ...situation.facts, deployments: [{ ...only, replicas: 0 }], pods: [] };
  const body = await propose(
    {
      cluster: { read: async () => ({ ok: true, object: scaled }) },
      settings: { ...defaultPipelineSettings, mode: 'remediate' },
      newId: () => 'id-0123456789abcdef',
      approvalKey: 'a',
    },
    createStory()
      .tell({ type: 'diagnosed', diagnosis: diagnose({ ...situation, facts: none }) })
      .incident(),
    { ...situation, facts: none },
    startMs,
  );
  expect(body).toMatchObject({
    type: 'escalated',
    escalation: {
      title: 'Scale Deployment kube-system/coredns from 0 to 2 replicas',
      why: expect.stringContaining('is managed by Helm release coredns, which would put a change here back.'),
      changes: [{ diff: expect.stringMatching(/^\+ +replicas: 2$/m) }],
      options: [expect.stringContaining('the change lasts'), expect.stringContaining('next upgrade')],
    },
  });
  const story = createStory().tell(body);
  const event = story.events.at(-1);
  const to = { conversationUrl: 'https://p.example/i', writeUpUrl: 'https://p.example/w', approvers: [] };
  const reply = event === undefined ? null : replyMessage(event, 'inc-1', story.events, to);
  expect(JSON.stringify(reply?.blocks.at(-1))).toMatch(/rich_text_preformatted.*replicas: 2/);
  expect(reportMarkdown(story.incident(), story.events, 'https://p.example/i')).toMatch(
    /```diff\n[^`]*\+ +replicas: 2/,
  );
});
