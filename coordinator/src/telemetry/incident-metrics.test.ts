import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { NewEvent } from '../domain/incident-event.ts';
import { StoreUnavailable } from '../ports/store-unavailable.ts';
import { createMemoryStore } from '../sensing/memory-store.fixture.ts';
import { dnsSymptom, startMs } from '../pipeline/incident-story.fixture.ts';
import { countAppends, createIncidentMetrics } from './incident-metrics.ts';
import { startQueueCanary } from './queue-canary.ts';

const event = (body: NewEvent['body']): NewEvent => ({
  v: 1,
  actor: { type: 'pathmedic', role: 'coordinator' },
  body,
});
const opening = event({
  type: 'opened',
  scopeKey: 's',
  cluster: 'c',
  title: 't',
  symptoms: [dnsSymptom],
  detectedAtMs: startMs,
});
const ended = event({
  type: 'execution-ended',
  proposalId: 'plan-0123456789abcdef',
  result: 'stopped',
  detail: 'd',
});

async function sample(registry: Registry, name: string, labels: Record<string, string> = {}) {
  const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
  return values.find((value) => JSON.stringify(value.labels) === JSON.stringify(labels))?.value ?? null;
}

describe('incident metrics', () => {
  test('count what was appended, and not what the store refused', async () => {
    const registry = new Registry();
    const store = countAppends(createMemoryStore(() => startMs).store, createIncidentMetrics(registry));
    const request = { incidentId: 'inc-1', outbox: [], due: [] };
    await store.open({ ...request, scopeKey: 's', expectedLength: 0, events: [opening] });
    await store.append({ ...request, expectedLength: 1, events: [ended] });
    await store.append({ ...request, expectedLength: 1, events: [ended] });
    expect(await sample(registry, 'pathmedic_incident_events_total', { type: 'opened' })).toBe(1);
    expect(await sample(registry, 'pathmedic_incident_events_total', { type: 'execution-ended' })).toBe(1);
    expect(await sample(registry, 'pathmedic_executions_total', { result: 'stopped' })).toBe(1);
    expect(await sample(registry, 'pathmedic_executions_total', { result: 'done' })).toBe(0);
  });

  test('tell open incidents and pending messages on the leader, and nothing where that is not known', async () => {
    const registry = new Registry();
    const { store } = createMemoryStore(() => startMs);
    let at: 'leading' | 'following' | 'cut-off' = 'leading';
    const answer = <T>(value: Promise<T>): Promise<T> =>
      at === 'cut-off' ? Promise.reject(new StoreUnavailable('gone')) : value;
    createIncidentMetrics(registry).observeStore(
      {
        list: (filter) => answer(store.list(filter)),
        outboxPending: () => answer(Promise.resolve(['inc-1', 'inc-2'])),
      },
      () => at !== 'following',
    );
    const request = { incidentId: 'inc-1', outbox: [], due: [], expectedLength: 0 };
    await store.open({ ...request, scopeKey: 's', events: [opening] });
    const seen = async () => [
      await sample(registry, 'pathmedic_open_incidents', { phase: 'new' }),
      await sample(registry, 'pathmedic_open_incidents', { phase: 'executing' }),
      await sample(registry, 'pathmedic_outbox_pending_incidents'),
    ];
    expect(await seen()).toEqual([1, 0, 2]);
    at = 'following';
    expect(await seen()).toEqual([null, null, null]);
    at = 'cut-off';
    expect(await seen()).toEqual([null, null, null]);
  });
});

describe('the canary in the queue', () => {
  test('tells how long each wake took, and which never came', async () => {
    const clock = createVirtualClock({ startMs });
    const told: (number | null)[] = [];
    let deliverAfterMs: number | null = 250;
    let handle = async (_: string): Promise<void> => undefined;
    let closed = 0;
    let ids = 0;
    const canary = startQueueCanary({
      clock,
      newId: () => String((ids += 1)),
      done: (seconds) => void told.push(seconds),
      queue: {
        async work(_, handler) {
          handle = handler;
          return { close: async () => void (closed += 1) };
        },
        async wake(_, id) {
          if (deliverAfterMs === null) throw new StoreUnavailable('gone');
          clock.after(deliverAfterMs, () => void handle(id));
        },
      },
    });
    await clock.advanceBy(15_000);
    expect(told).toEqual([0.25]);
    deliverAfterMs = null;
    await clock.advanceBy(15_000);
    await clock.advanceBy(15_000);
    expect(told).toEqual([0.25, 0.25, null]);
    // A wake that comes after it was given up is not the next one's.
    deliverAfterMs = 20_000;
    await clock.advanceBy(60_000);
    expect(told.slice(3)).toEqual([null, null, null, null]);
    await canary.close();
    expect({ closed, pending: clock.pending() > 2 }).toEqual({ closed: 1, pending: false });
  });
});
