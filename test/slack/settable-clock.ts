import { type Clock, systemClock } from '@pathmedic/shared/runtime/clock.ts';

/** A clock whose wall time the test sets; timers stay real, so that sockets behave. */
export function createSettableClock(startMs: number): Clock & { forward(byMs: number): void } {
  let nowMs = startMs;
  return {
    ...systemClock,
    nowMs: () => nowMs,
    forward(byMs) {
      nowMs += byMs;
    },
  };
}
