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

test('an incident that this build cannot read keeps no other fault from being told', async () => {
  const clock = createVirtualClock({ startMs: Date.UTC(2026, 0, 15) });
  const memory = createMemoryStore(clock.nowMs);
  const dns = symptom('dns', { type: 'dns' });
  const opened = { type: 'opened' as const, scopeKey: 'dns', cluster: 'c', title: 'DNS', detectedAtMs: 0 };
  memory.put('inc-newer', { ...opened, symptoms: [dns] });
  const loop = createDetectLoop({
    clock,
    store: {
      ...memory.store,
      load: (id) =>
        id === 'inc-newer'
          ? Promise.reject(new IncidentUnreadable(id, 'unknown-version', 'event 2 has version 9'))
          : memory.store.load(id),
    },
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
          symptoms: [symptom('ns', { type: 'namespace', namespace: 'app' })],
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
  await loop.tick();
  expect(memory.events('inc-fresh').map(({ body }) => body.type)).toEqual(['opened']);
});
