import { silentLogger } from '@pathmedic/shared/runtime/logger.ts';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { Scope, Symptom } from '../domain/symptom.ts';
import { IncidentUnreadable } from '../ports/incident-unreadable.ts';
import { createDetectLoop } from './detect-loop.ts';
import { createMemoryStore } from './memory-store.fixture.ts';
import { defaultSettings } from './settings.ts';

function symptom(key: string, scope: Scope): Symptom {
  const affected = { nodes: [], namespaces: [], objects: [] };
  const headline = `${key} is broken`;
  const base = { sinceMs: 0, lines: [], pathIds: [], lossRate: null, component: null };
  return { kind: 'pods-stuck', key, scope, headline, affected, ...base };
}

/** A loop over a store in memory that sees these symptoms. */
function createBench(symptoms: readonly Symptom[]) {
  const clock = createVirtualClock({ startMs: Date.UTC(2026, 0, 15) });
  const memory = createMemoryStore(clock.nowMs);
  const seen = { symptoms: [...symptoms] };
  const loop = (store = memory.store) =>
    createDetectLoop({
      clock,
      store,
      sensing: {
        clusterName: () => 'c',
        detectView: () => ({
          snapshot: {
            atMs: clock.nowMs(),
            complete: true,
            judged: { nodes: [], namespaces: null },
            paths: [],
            suspects: [],
            agents: [],
            symptoms: seen.symptoms,
          },
          mayOpen: 'all',
          pending: false,
          nodeCount: 3,
          partialCalmMs: 0,
        }),
      },
      settings: defaultSettings,
      leading: () => true,
      newIncidentId: () => 'inc-fresh',
      announce: () => [],
      logger: silentLogger(),
    });
  async function open(incidentId: string, scopeKey: string, symptom: Symptom): Promise<void> {
    const body = { type: 'opened' as const, scopeKey, cluster: 'c', title: 'T', detectedAtMs: 0 };
    await memory.store.open({
      incidentId,
      expectedLength: 0,
      scopeKey,
      events: [
        { v: 1, actor: { type: 'pathmedic', role: 'coordinator' }, body: { ...body, symptoms: [symptom] } },
      ],
      outbox: [],
      due: [],
    });
  }
  return { memory, seen, loop, open };
}

const dns = symptom('dns', { type: 'dns' });
const inApp = symptom('ns', { type: 'namespace', namespace: 'app' });

test('an incident that this build cannot read keeps no other fault from being told', async () => {
  const bench = createBench([inApp]);
  await bench.open('inc-newer', 'dns', dns);
  const loop = bench.loop({
    ...bench.memory.store,
    load: (id) =>
      id === 'inc-newer'
        ? Promise.reject(new IncidentUnreadable(id, 'unknown-version', 'event 2 has version 9'))
        : bench.memory.store.load(id),
  });
  await loop.tick();
  expect(bench.memory.events('inc-fresh').map(({ body }) => body.type)).toEqual(['opened']);
});

test('symptoms whose scope another open incident holds become symptoms of that one, also when its own were gone', async () => {
  const bench = createBench([inApp]);
  await bench.open('inc-holder', 'namespace:app', dns);
  await bench.loop().tick();
  expect(bench.memory.events('inc-fresh')).toEqual([]);
  const [holder] = bench.memory.incidents();
  expect(holder?.symptoms.map(({ key }) => key)).toEqual(['dns', 'ns']);
  bench.memory.put('inc-holder', { type: 'recovered', detail: 'gone' });
  bench.seen.symptoms = [{ ...inApp, key: 'ns-2', scope: { type: 'namespace', namespace: 'app' } }];
  await bench.loop().tick();
  expect(bench.memory.incidents()).toMatchObject([{ id: 'inc-holder', symptomsGone: false }]);
});

test('symptoms of a closed incident whose scope another one holds by now go to the holder', async () => {
  const bench = createBench([dns, inApp]);
  await bench.open('inc-old', 'namespace:app', inApp);
  bench.memory.put('inc-old', { type: 'closed', how: 'healed', summary: '', auditHead: 'a'.repeat(64) });
  await bench.open('inc-holder', 'other', dns);
  const { store } = bench.memory;
  const loop = bench.loop({
    ...store,
    append: async (request) =>
      request.events[0]?.body.type === 'reopened'
        ? { ok: false, reason: 'scope-taken', incidentId: 'inc-holder' }
        : store.append(request),
  });
  await loop.tick();
  expect(bench.memory.events('inc-holder').map(({ body }) => body.type)).toEqual([
    'opened',
    'symptoms-updated',
  ]);
});
