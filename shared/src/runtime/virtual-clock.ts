import type { Clock, Timer } from './clock.ts';

/** A clock that only moves when told to. */
export interface VirtualClock extends Clock {
  /**
   * Moves time forward, running due timers in order of their time (then of their creation), and lets promises and
   * immediates settle after each. Timers set by timers run too when they fall into the span.
   */
  advanceBy(ms: number): Promise<void>;
  /** Jumps to the next timer and runs it; false when there is none. */
  runNext(): Promise<boolean>;
  /** Timers not yet run or cancelled. */
  pending(): number;
  /** Time of the next timer on the monotonic scale, or null. */
  nextAtMs(): number | null;
}

export interface VirtualClockOptions {
  /** Wall clock at the start, milliseconds since the epoch. */
  startMs?: number;
  /** Lets asynchronous work started by a timer go on before the next timer runs. */
  settle?: () => Promise<void>;
}

const settleByImmediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const startMs = options.startMs ?? Date.UTC(2026, 0, 1);
  const settle = options.settle ?? settleByImmediate;
  let elapsedMs = 0;
  let created = 0;
  const timers = new Set<{ atMs: number; order: number; run: () => void }>();

  function earliest(limitMs: number) {
    let next: { atMs: number; order: number; run: () => void } | null = null;
    for (const timer of timers) {
      if (timer.atMs > limitMs) continue;
      if (next === null || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order)) {
        next = timer;
      }
    }
    return next;
  }

  async function runDue(limitMs: number): Promise<boolean> {
    const next = earliest(limitMs);
    if (next === null) return false;
    timers.delete(next);
    elapsedMs = Math.max(elapsedMs, next.atMs);
    next.run();
    await settle();
    return true;
  }

  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    after(delayMs, run): Timer {
      const timer = { atMs: elapsedMs + Math.max(0, delayMs), order: created++, run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    async advanceBy(ms) {
      const limitMs = elapsedMs + ms;
      await settle();
      while (await runDue(limitMs));
      elapsedMs = limitMs;
    },
    runNext: () => runDue(Number.POSITIVE_INFINITY),
    pending: () => timers.size,
    nextAtMs: () => earliest(Number.POSITIVE_INFINITY)?.atMs ?? null,
  };
}
