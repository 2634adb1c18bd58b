import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { Settle } from '../domain/action.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { cluster, dnsPods, network, type Wrong } from '../runbooks/situation.fixture.ts';
import { awaitSettled } from './await-settled.ts';
import { corefilePlan, startMs, untilCard } from './incident-story.fixture.ts';
import { nextStep } from './next-step.ts';
import { proveStep, stepToProve } from './prove-step.ts';
import { defaultPipelineSettings } from './settings.ts';

const owner = { kind: 'Deployment', namespace: 'kube-system', name: 'coredns' } as const;
const replacing: Settle = { type: 'dns-answers', owner, known: ['old-0'], answering: 2, timeoutMs: 180_000 };
const appliedMs = startMs + 60_000;

/** A plan in execution whose only step was applied and waits for the agents. */
function applied(settle: Settle = replacing) {
  const story = untilCard();
  const proposalId = corefilePlan.id;
  for (const event of story.events)
    if (event.body.type === 'proposed' || event.body.type === 'drafted')
      event.body.proposal = {
        ...corefilePlan,
        steps: corefilePlan.steps.map((step) => ({ ...step, settle })),
      };
  return story
    .at(60)
    .tell({ type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) })
    .tell({ type: 'execution-requested', proposalId })
    .tell({ type: 'step-intended', proposalId, step: 0, attempt: 1 })
    .tell({ type: 'step-ended', proposalId, step: 0, outcome: { result: 'applied', detail: 'deleted' } });
}

function seen(wrong: Wrong = {}, reportedMs = appliedMs + 1): NetworkSnapshot {
  const snapshot = network(wrong);
  return { ...snapshot, paths: snapshot.paths.map((path) => ({ ...path, lastReportMs: reportedMs })) };
}

const prove = (wrong?: Wrong, facts: ClusterFacts = cluster(), reportedMs?: number) =>
  proveStep(applied().incident(), facts, seen(wrong, reportedMs));

test('a step is proved once as many new pods are ready and answer those that ask them', () => {
  expect(prove()).toEqual({
    type: 'step-proved',
    proposalId: corefilePlan.id,
    step: 0,
    detail: 'coredns-0 answers all 3 nodes; coredns-1 answers all 3 nodes',
  });
});

test('pods that were there before, are not ready, or are mute prove nothing', () => {
  const [a, b] = dnsPods();
  if (a === undefined || b === undefined) throw new Error('two pods');
  const old = { ...a, meta: { ...a.meta, uid: 'old-0' } };
  expect(prove({}, cluster({ pods: [old, b] }))).toBeNull();
  expect(prove({}, cluster({ pods: [a, { ...b, ready: false }] }))).toBeNull();
  expect(prove({ dns: (_, server) => server.endsWith('coredns-1') })).toBeNull();
});

test('reports from before the write say nothing of it', () => {
  expect(prove({}, cluster(), appliedMs)).toBeNull();
});

test('pods that answered before and stay prove a new Corefile only once they must have read it, or begin to answer', () => {
  const reload: Settle = { ...replacing, known: [] };
  const after = (waitedMs: number, healthySinceMs: number) => {
    const snapshot = { ...seen({}, appliedMs + waitedMs), atMs: appliedMs + waitedMs };
    const paths = snapshot.paths.map((path) => ({ ...path, sinceMs: healthySinceMs }));
    return proveStep(applied(reload).incident(), cluster(), { ...snapshot, paths });
  };
  expect(after(10_000, appliedMs - 60_000)).toBeNull();
  expect(after(10_000, appliedMs + 5000)).not.toBeNull();
  expect(after(120_000, appliedMs - 60_000)).not.toBeNull();
});

test('one node that is cut off does not hold the plan up; one node alone does not carry it', () => {
  expect(prove({ dns: ({ node }) => node === 'node3' })?.detail).toContain('answers 2 of 3 nodes so far');
  expect(prove({ dns: ({ node }) => node !== 'node1' })).toBeNull();
});

test('the coordinator looks every second while a step waits, and no more once it is proved', () => {
  const around = {
    nowMs: appliedMs + 5000,
    sensingComplete: true,
    paused: false,
    passResultsIn: false,
    others: [],
  };
  const story = applied();
  expect(nextStep(story.incident(), around, defaultPipelineSettings)).toMatchObject({
    do: 'wait',
    untilMs: around.nowMs + 1000,
  });
  story.tell({ type: 'step-proved', proposalId: corefilePlan.id, step: 0, detail: 'answers' });
  expect(stepToProve(story.incident())).toBeNull();
  expect(nextStep(story.incident(), around, defaultPipelineSettings)).toMatchObject({
    do: 'wait',
    untilMs: appliedMs + defaultPipelineSettings.executionSilenceMs + 180_000,
  });
});

test('the executor goes on with the proof, and gives up at the deadline without it', async () => {
  const wait = async (provedAfterMs: number) => {
    const clock = createVirtualClock();
    const beganMs = clock.nowMs();
    const cluster = { read: () => Promise.reject(new Error('nothing to read')) };
    const proof = async () => (clock.nowMs() - beganMs >= provedAfterMs ? 'coredns-0 answers' : null);
    const ended = awaitSettled(
      { cluster, clock },
      replacing,
      async () => undefined,
      new AbortController().signal,
      proof,
    ).then((result) => ({ ...result, tookMs: clock.nowMs() - beganMs }));
    await clock.advanceBy(200_000);
    return ended;
  };
  expect(await wait(3000)).toEqual({ settled: true, detail: 'coredns-0 answers', tookMs: 3000 });
  expect(await wait(Infinity)).toMatchObject({ settled: false, tookMs: 180_000 });
});
