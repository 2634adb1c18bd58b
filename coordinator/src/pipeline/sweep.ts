import { sleep, type Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { DueTime, IncidentStore } from '../ports/incident-store.ts';
import type { WakeKind, WakeQueue } from '../ports/wake-queue.ts';
import type { PipelineLog } from './deps.ts';

const batch = 100;

/**
 * The due times in the store are the truth about what must run; this loop turns them into wakes. Losing every job loses
 * nothing: the next round finds the incident still due. Ends when `signal` aborts.
 */
export async function sweep(
  deps: {
    store: Pick<IncidentStore, 'due' | 'outboxPending'>;
    queue: Pick<WakeQueue, 'wake'>;
    clock: Clock;
    log: PipelineLog;
  },
  role: DueTime['role'],
  everyMs: number,
  active: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    try {
      if (active()) await sweepOnce(deps, role);
      failing = false;
    } catch (error) {
      // The store or the queue is away: said once, tried again next round.
      if (!failing) deps.log.warn({ err: error, role }, 'due times could not be read; will go on trying');
      failing = true;
    }
    await sleep(deps.clock, everyMs, signal).catch(() => undefined);
  }
}

/** One round: wakes everything that is due for the role, and (coordinator) every incident with undelivered messages. */
export async function sweepOnce(
  deps: { store: Pick<IncidentStore, 'due' | 'outboxPending'>; queue: Pick<WakeQueue, 'wake'> },
  role: DueTime['role'],
): Promise<void> {
  const kind: WakeKind = role === 'coordinator' ? 'incident' : 'execution';
  for (const id of await deps.store.due(role, batch)) await deps.queue.wake(kind, id);
  if (role === 'coordinator') {
    for (const id of await deps.store.outboxPending(batch)) await deps.queue.wake('outbox', id);
  }
}
