import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import type { EventBody } from '../domain/incident-event.ts';
import { createMemoryStore } from '../sensing/memory-store.fixture.ts';
import { cluster, network } from '../runbooks/situation.fixture.ts';
import type { PipelineDeps } from './deps.ts';
import { corefilePlan, dnsSymptom, passOk, startMs, untilExecuted } from './incident-story.fixture.ts';
import { defaultPipelineSettings } from './settings.ts';
import { workOnIncident } from './work.ts';

/** The coordinator's work on a store in memory; nothing in the cluster can be read unless `over` says so. */
function createBench(over: Partial<PipelineDeps> = {}) {
  let nowMs = startMs;
  const memory = createMemoryStore(() => nowMs);
  const dueMs = new Map<string, number | null>();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const deps: PipelineDeps = {
    store: {
      ...memory.store,
      pause: async () => ({ paused: false }),
      async append(request) {
        const result = await memory.store.append(request);
        for (const { role, atMs } of request.due)
          if (result.ok && role === 'coordinator') dueMs.set(request.incidentId, atMs);
        return result;
      },
      defer: async (id, _role, atMs) => void dueMs.set(id, atMs),
    },
    cluster: {
      facts: cluster,
      synced: () => true,
      read: async () => ({ ok: false, reason: 'unavailable', detail: 'not here' }),
      mutate: () => Promise.reject(new Error('the coordinator never writes')),
      logs: async () => null,
      reviewToken: () => Promise.reject(new Error('not asked here')),
    },
    network: { snapshot: () => network(), requestCheck: () => undefined, checkOutcome: () => null },
    queue: { wake: async () => undefined },
    clock: createVirtualClock({ startMs }),
    settings: { ...defaultPipelineSettings, mode: 'remediate' },
    newId: () => 'id-0123456789abcdef',
    approvalKey: 'a',
    auditKey: 'k',
    log,
    ...over,
  };
  return {
    deps,
    memory,
    dueMs,
    at(seconds: number) {
      nowMs = startMs + seconds * 1000;
    },
    async open(id: string, symptoms = [dnsSymptom]) {
      const body: EventBody = {
        type: 'opened',
        scopeKey: id,
        cluster: 'test',
        title: id,
        symptoms,
        detectedAtMs: nowMs,
      };
      await memory.store.open({
        incidentId: id,
        expectedLength: 0,
        scopeKey: id,
        events: [{ v: 1, actor: { type: 'pathmedic', role: 'coordinator' }, body }],
        outbox: [],
        due: [],
      });
    },
    tell(id: string, ...bodies: EventBody[]) {
      for (const body of bodies) memory.put(id, body);
    },
    phases: () => memory.incidents().map(({ phase }) => phase),
  };
}

test('two incidents that draft at the same moment in a storm become one card, then the other', async () => {
  const bench = createBench();
  for (const id of ['inc-a', 'inc-b']) {
    await bench.open(id);
    bench.tell(
      id,
      { type: 'drafted', proposal: { ...corefilePlan, id: `plan-of-${id}-0000000` } },
      { type: 'dry-run-ended', proposalId: `plan-of-${id}-0000000`, ok: true, detail: 'ok' },
    );
  }
  const both = () => Promise.all(['inc-b', 'inc-a'].map((id) => workOnIncident(bench.deps, id)));
  await both();
  expect(bench.phases()).toEqual(['drafted', 'drafted']);
  bench.at(1);
  await both();
  expect(bench.phases()).toEqual(['awaiting-approval', 'drafted']);
  expect(bench.dueMs.get('inc-b')).toBe(startMs + 11_000);
  const proposalId = 'plan-of-inc-a-0000000';
  bench.tell('inc-a', { type: 'decided', proposalId, decision: 'rejected', approval: null });
  await both();
  expect(bench.phases()).toEqual(['needs-help', 'awaiting-approval']);
});

describe('after a plan was carried out', () => {
  const target = { kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns', uid: 'u1' };
  const object = (corefile: string) => ({
    ok: true as const,
    object: { metadata: { uid: target.uid }, data: { Corefile: corefile } },
  });

  /** A closed incident whose plan wrote the Corefile a minute after the start. */
  async function closedBench() {
    let corefile = '.:53 {\n  ready\n}\n';
    let reads = 0;
    const bench = createBench();
    const read = async () => {
      reads += 1;
      return object(corefile);
    };
    const deps = { ...bench.deps, cluster: { ...bench.deps.cluster, read } };
    await bench.open('inc-1');
    bench.at(60);
    bench.tell(
      'inc-1',
      ...untilExecuted()
        .events.slice(1)
        .map(({ body }) => body),
    );
    bench.at(120);
    bench.tell('inc-1', { type: 'recovered', detail: 'all answer' });
    for (const pass of [1, 2] as const) {
      bench.at(120 + pass * 30);
      const nonce = `nonce-000${pass}`;
      bench.tell('inc-1', { type: 'pass-started', pass, nonce, paths: 4, deadlineMs: 0 });
      bench.tell('inc-1', { type: 'pass-ended', pass, nonce, outcome: passOk });
    }
    await workOnIncident(deps, 'inc-1');
    return {
      bench,
      deps,
      reads: () => reads,
      revert: () => {
        corefile = 'old';
      },
      last: () => bench.memory.events('inc-1').at(-1)?.body.type,
    };
  }

  test('the closed incident is looked at again until ten minutes have passed', async () => {
    const { bench, deps, last, reads } = await closedBench();
    expect(last()).toBe('closed');
    expect(bench.dueMs.get('inc-1')).toBe(startMs + 200_000);
    const before = reads();
    bench.at(200);
    await workOnIncident(deps, 'inc-1');
    expect(reads()).toBe(before + 1);
    bench.at(660);
    await workOnIncident(deps, 'inc-1');
    expect({ reads: reads(), due: bench.dueMs.get('inc-1') }).toEqual({ reads: before + 1, due: null });
  });

  test('a revert is told once in the closed incident, which stays closed; nothing is written', async () => {
    const { bench, deps, last, revert } = await closedBench();
    revert();
    bench.at(240);
    await workOnIncident(deps, 'inc-1');
    const length = bench.memory.events('inc-1').length;
    expect(last()).toBe('reverted');
    expect(bench.phases()).toEqual(['closed']);
    expect(bench.dueMs.get('inc-1')).toBeNull();
    await workOnIncident(deps, 'inc-1');
    expect(bench.memory.events('inc-1')).toHaveLength(length);
  });
});
