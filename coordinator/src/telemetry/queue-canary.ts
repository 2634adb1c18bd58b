import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';

const everyMs = 15_000;

/**
 * Measures how long a wake takes, with a wake of its own every 15 s. One that has not come back by the next is lost.
 * Never throws: a queue that is away is what it tells of.
 */
export function startQueueCanary(deps: {
  queue: Pick<WakeQueue, 'wake' | 'work'>;
  clock: Clock;
  newId: () => string;
  done: (seconds: number | null) => void;
}): { close(): Promise<void> } {
  const { queue, clock } = deps;
  let under: { id: string; sinceMs: number } | null = null;
  let worker: { close(): Promise<void> } | null = null;
  let timer: Timer | null = null;
  let closed = false;
  let running: Promise<void> = Promise.resolve();

  async function arrived(id: string): Promise<void> {
    if (under?.id !== id) return;
    const seconds = (clock.monotonicMs() - under.sinceMs) / 1000;
    under = null;
    deps.done(seconds);
  }

  async function round(): Promise<void> {
    if (under !== null) deps.done(null);
    const mine = { id: `canary-${deps.newId()}`, sinceMs: clock.monotonicMs() };
    under = mine;
    try {
      worker ??= await queue.work('canary', arrived);
      mine.sinceMs = clock.monotonicMs();
      await queue.wake('canary', mine.id);
    } catch {
      // Counted as lost by the next round.
    }
  }

  function next(): void {
    if (closed) return;
    timer = clock.after(everyMs, next);
    running = round();
  }

  next();
  return {
    async close() {
      closed = true;
      timer?.cancel();
      await running;
      await worker?.close();
    },
  };
}
