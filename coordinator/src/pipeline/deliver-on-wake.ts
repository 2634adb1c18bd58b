import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { Delivery } from './deliver.ts';
import type { PipelineLog } from './deps.ts';

/** A worker's handler that delivers, and asks to be woken again when there is more; the sweeper finds what this loses. */
export interface DeliverOnWake {
  handle(incidentId: string): Promise<void>;
  /** Forgets the timers. */
  close(): void;
}

export function createDeliverOnWake(deps: {
  delivery: Delivery;
  queue: Pick<WakeQueue, 'wake'>;
  clock: Clock;
  log: PipelineLog;
}): DeliverOnWake {
  const timers = new Map<string, Timer>();
  let closed = false;

  function wakeLater(incidentId: string, delayMs: number): void {
    timers.get(incidentId)?.cancel();
    const timer = deps.clock.after(delayMs, () => {
      timers.delete(incidentId);
      deps.queue
        .wake('outbox', incidentId)
        .catch((error: unknown) =>
          deps.log.warn({ err: error, incidentId }, 'delivery waits for the sweeper'),
        );
    });
    timers.set(incidentId, timer);
  }

  return {
    async handle(incidentId) {
      const { nextTryMs } = await deps.delivery.deliverIncident(incidentId);
      if (nextTryMs !== null && !closed) wakeLater(incidentId, nextTryMs);
    },
    close() {
      closed = true;
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}
