import type { Clock } from '@pathmedic/shared/runtime/clock.ts';

/** How fast a kind of request may be made. */
export interface Pace {
  /** Milliseconds until the next one may be made; 0 takes the turn. */
  turnMs(): number;
  /** Nothing for so long: Slack asked for it. */
  hold(forMs: number): void;
}

/** A token bucket: `burst` at once, then one every `everyMs`. */
export function createPace(clock: Pick<Clock, 'monotonicMs'>, everyMs: number, burst: number): Pace {
  let turns = burst;
  let seenMs = clock.monotonicMs();
  let heldUntilMs = 0;
  return {
    turnMs() {
      const nowMs = clock.monotonicMs();
      if (nowMs < heldUntilMs) return Math.ceil(heldUntilMs - nowMs);
      turns = Math.min(burst, turns + (nowMs - seenMs) / everyMs);
      seenMs = nowMs;
      if (turns < 1) return Math.max(1, Math.ceil((1 - turns) * everyMs));
      turns -= 1;
      return 0;
    },
    hold(forMs) {
      heldUntilMs = Math.max(heldUntilMs, clock.monotonicMs() + forMs);
      // It goes on with one, and no turns are saved up meanwhile.
      turns = 1;
      seenMs = heldUntilMs;
    },
  };
}

/** Waits longer with every failure in a row: 1 s, 2 s, 4 s ... 30 s, each shortened at random by up to half. */
export interface BackOff {
  /** Milliseconds until another try; 0 for now. */
  waitMs(): number;
  failed(): number;
  succeeded(): void;
}

export function createBackOff(
  clock: Pick<Clock, 'monotonicMs'>,
  random: () => number,
  baseMs = 1000,
  maxMs = 30_000,
): BackOff {
  let failures = 0;
  let untilMs = 0;
  return {
    waitMs: () => Math.max(0, Math.ceil(untilMs - clock.monotonicMs())),
    failed() {
      const fullMs = Math.min(maxMs, baseMs * 2 ** Math.min(failures, 10));
      failures += 1;
      const delayMs = fullMs * (1 - random() / 2);
      untilMs = clock.monotonicMs() + delayMs;
      return Math.ceil(delayMs);
    },
    succeeded() {
      failures = 0;
      untilMs = 0;
    },
  };
}
