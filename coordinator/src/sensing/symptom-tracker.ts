import type { Symptom } from '../domain/symptom.ts';
import type { Observed } from './symptoms/observation.ts';

/** One symptom over time. */
export interface Tracked {
  symptom: Symptom;
  holdMs: number;
  inTransition: boolean;
  /** Seen without a gap since. */
  firstSeenMs: number;
  lastSeenMs: number;
  /** It held long enough and counts, until it has been gone for long enough. */
  active: boolean;
}

export type TrackedSymptoms = ReadonlyMap<string, Tracked>;

/**
 * The dwell: a symptom counts once it was seen for its hold time, and stops counting once it was not seen for
 * `goneHoldMs`. Short gaps do not start the hold time over, so that flapping faults are found too.
 */
export function trackSymptoms(
  before: TrackedSymptoms,
  observed: readonly Observed[],
  nowMs: number,
  goneHoldMs: number,
): Map<string, Tracked> {
  const next = new Map<string, Tracked>();
  for (const one of observed) {
    const earlier = before.get(one.symptom.key);
    next.set(one.symptom.key, earlier === undefined ? begin(one, nowMs) : goOn(earlier, one, nowMs));
  }
  for (const [key, tracked] of before) {
    if (next.has(key) || nowMs - tracked.lastSeenMs >= goneHoldMs) continue;
    next.set(key, tracked);
  }
  return next;
}

function begin(one: Observed, nowMs: number): Tracked {
  const { symptom, holdMs, inTransition = false } = one;
  const active = hasHeld(one, nowMs, nowMs);
  const sinceMs = Math.min(symptom.sinceMs, nowMs);
  return {
    symptom: { ...symptom, sinceMs },
    holdMs,
    inTransition,
    firstSeenMs: nowMs,
    lastSeenMs: nowMs,
    active,
  };
}

function goOn(earlier: Tracked, one: Observed, nowMs: number): Tracked {
  const { firstSeenMs } = earlier;
  // What began in a roll-out or with a node gone does not become news while it ends.
  const inTransition = one.inTransition === true || earlier.inTransition;
  const holdMs = inTransition ? Math.max(one.holdMs, earlier.holdMs) : one.holdMs;
  // A fault does not become younger while it lasts.
  const sinceMs = Math.min(one.symptom.sinceMs, earlier.symptom.sinceMs);
  return {
    symptom: { ...one.symptom, sinceMs },
    holdMs,
    inTransition,
    firstSeenMs,
    lastSeenMs: nowMs,
    active: earlier.active || hasHeld({ ...one, holdMs }, firstSeenMs, nowMs),
  };
}

/** An explanation has to last this long, also for evidence that is older. */
const explanationMs = 1000;

/**
 * Seen for its hold time; or the evidence is that old and its explanation has just become clear (the agents' windows
 * end at different times, so the first ones to report can point elsewhere). Evidence much older than that has been
 * explained by something else before, and a new explanation has to hold by itself.
 */
function hasHeld({ holdMs, evidenceMs = null }: Observed, firstSeenMs: number, nowMs: number): boolean {
  const seenMs = nowMs - firstSeenMs;
  if (seenMs >= holdMs) return true;
  const evidenceAgeMs = evidenceMs === null ? 0 : nowMs - evidenceMs;
  return seenMs >= explanationMs && evidenceAgeMs >= holdMs && evidenceAgeMs <= 3 * holdMs;
}

/** The symptoms that count. */
export function activeSymptoms(tracked: TrackedSymptoms): Symptom[] {
  return [...tracked.values()].filter(({ active }) => active).map(({ symptom }) => symptom);
}
