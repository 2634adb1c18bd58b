import type { Clock, Timer } from './clock.ts';
import { systemClock } from './clock.ts';

/** How late the event loop ran timers since the last `take`. */
export interface LagReading {
  maxMs: number;
}

export interface LagSampler {
  /** The largest lag since the last call (or since the start), then starts over. */
  take(): LagReading;
  stop(): void;
}

/**
 * Samples the event loop's lag with a timer each `resolutionMs`. Node's own histogram (monitorEventLoopDelay) is not
 * used because after a reset it misses everything until its second tick.
 */
export function startLagSampler(resolutionMs = 200, clock: Clock = systemClock): LagSampler {
  let maxMs = 0;
  let dueMs = 0;
  let timer: Timer;
  arm();

  /** Whole multiples of the resolution: timers of others at such times share the wake-up. */
  function arm(): void {
    const nowMs = clock.monotonicMs();
    dueMs = (Math.floor(nowMs / resolutionMs) + 1) * resolutionMs;
    timer = clock.after(Math.ceil(dueMs - nowMs), tick);
  }
  function observe(): void {
    maxMs = Math.max(maxMs, clock.monotonicMs() - dueMs);
  }
  function tick(): void {
    observe();
    arm();
  }

  return {
    take() {
      // A lag that is going on counts too: the timer behind it has not run yet.
      observe();
      const reading = { maxMs };
      maxMs = 0;
      return reading;
    },
    stop: () => timer.cancel(),
  };
}
