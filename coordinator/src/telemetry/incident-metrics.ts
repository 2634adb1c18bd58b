import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { phases } from '../domain/incident.ts';
import type { EventBody, EventOf } from '../domain/incident-event.ts';
import type { IncidentStore } from '../ports/incident-store.ts';

/** What becomes of incidents, and whether the queue and the outbox keep up. */
export interface IncidentMetrics {
  /** Events that this process appended; what was appended although the answer was lost is not among them. */
  appended(events: readonly { body: EventBody }[]): void;
  /** Time from a wake of the canary to its worker; null when it never came. */
  queueRoundTrip(seconds: number | null): void;
  /** Connects what a scrape reads from the store; only while `active`, so that one replica counts. */
  observeStore(store: Pick<IncidentStore, 'list' | 'outboxPending'>, active: () => boolean): void;
}

type ExecutionResult = EventOf<'execution-ended'>['result'];
const executionResults: Record<ExecutionResult, true> = {
  done: true,
  stopped: true,
  'not-started': true,
  unknown: true,
};
const mostCounted = 500;

/** Labels are event types, phases and results: bounded by the code. */
export function createIncidentMetrics(registry: Registry): IncidentMetrics {
  const registers = [registry];
  const events = new Counter({
    name: 'pathmedic_incident_events_total',
    help: 'Events that this process appended to incidents, by type',
    labelNames: ['type'],
    registers,
  });
  const executions = new Counter({
    name: 'pathmedic_executions_total',
    help: 'Executions of approved plans that this process ended, by result',
    labelNames: ['result'],
    registers,
  });
  for (const result of Object.keys(executionResults)) executions.inc({ result }, 0);
  const roundTrip = new Histogram({
    name: 'pathmedic_queue_round_trip_seconds',
    help: 'Time from a wake to its worker, measured by a wake of its own every 15 s on the leader',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers,
  });
  const lost = new Counter({
    name: 'pathmedic_queue_round_trips_lost_total',
    help: 'Measuring wakes that did not reach their worker within 15 s',
    registers,
  });
  return {
    appended(appended) {
      for (const { body } of appended) {
        events.inc({ type: body.type });
        if (body.type === 'execution-ended') executions.inc({ result: body.result });
      }
    },
    queueRoundTrip(seconds) {
      if (seconds === null) lost.inc();
      else roundTrip.observe(seconds);
    },
    observeStore(store, active) {
      observeOpen(store, active, registers);
      observeOutbox(store, active, registers);
    },
  };
}

function observeOpen(store: Pick<IncidentStore, 'list'>, active: () => boolean, registers: Registry[]): void {
  new Gauge({
    name: 'pathmedic_open_incidents',
    help: 'Open incidents by phase, on the leader',
    labelNames: ['phase'],
    registers,
    async collect() {
      this.reset();
      const open = active() ? await whenReachable(store.list({ open: true, limit: mostCounted })) : null;
      if (open === null) return;
      for (const phase of phases) if (phase !== 'closed') this.set({ phase }, 0);
      for (const { phase } of open) this.inc({ phase });
    },
  });
}

function observeOutbox(
  store: Pick<IncidentStore, 'outboxPending'>,
  active: () => boolean,
  registers: Registry[],
): void {
  new Gauge({
    name: 'pathmedic_outbox_pending_incidents',
    help: 'Incidents with messages that Slack has not taken yet, on the leader; counted up to 500',
    // Without a value there is no sample: a store that is away has not delivered everything.
    labelNames: [],
    registers,
    async collect() {
      this.remove();
      const pending = active() ? await whenReachable(store.outboxPending(mostCounted)) : null;
      if (pending !== null) this.set(pending.length);
    },
  });
}

/** A scrape tells the rest also while the store is away. */
async function whenReachable<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch {
    return null;
  }
}

/** The same store, with every append counted. */
export function countAppends<S extends IncidentStore>(
  store: S,
  metrics: Pick<IncidentMetrics, 'appended'>,
): S {
  return {
    ...store,
    async open(request) {
      const result = await store.open(request);
      if (result.ok) metrics.appended(request.events);
      return result;
    },
    async append(request) {
      const result = await store.append(request);
      if (result.ok) metrics.appended(request.events);
      return result;
    },
  };
}
