/** Share of the interval by which a probe may start after its slot: keeps agents and paths out of step. */
const jitterShare = 0.2;

/**
 * Probes start on the beat: two or three share a wake-up of the process, which costs more than the probe itself, and
 * peers still see them spread, because every agent's beat is its own.
 */
const beatMs = 200;

/** A start within the slot that begins at `slotMs`, on the beat. `random` is in [0, 1). */
export function startWithinSlot(slotMs: number, intervalMs: number, random: number): number {
  return Math.ceil((slotMs + random * intervalMs * jitterShare) / beatMs) * beatMs;
}

/** First slot of a path new to the plan: anywhere in the first interval, so that a new plan does not start in a burst. */
export function firstSlot(nowMs: number, intervalMs: number, random: number): number {
  return nowMs + random * intervalMs;
}

/** Longer than a window: that in which a plan arrives is not wholly its own, and says nothing about new paths. */
const soonMs = 5_000;

/** First slot of one of the few slow paths: soon, for else nothing would be known of it for long. */
export function firstSlotOfFew(nowMs: number, intervalMs: number, random: number): number {
  return nowMs + soonMs + random * Math.min(soonMs, intervalMs);
}

/** How late a probe may start before its slot is given up. */
export function lateToleranceMs(intervalMs: number): number {
  return Math.min(intervalMs / 2, 1_000);
}

/** What to do with a probe whose turn has come, and its next slot; missed slots are skipped, never made up for. */
export type SlotDecision =
  | { kind: 'run'; nextSlotMs: number; skipped: 0 }
  | { kind: 'skip'; nextSlotMs: number; skipped: number };

export function decideSlot(slotMs: number, startMs: number, intervalMs: number, nowMs: number): SlotDecision {
  const lateMs = nowMs - startMs;
  if (lateMs <= lateToleranceMs(intervalMs)) {
    return { kind: 'run', nextSlotMs: slotMs + intervalMs, skipped: 0 };
  }
  const slotsBehind = Math.floor((nowMs - slotMs) / intervalMs) + 1;
  return { kind: 'skip', nextSlotMs: slotMs + slotsBehind * intervalMs, skipped: slotsBehind };
}
