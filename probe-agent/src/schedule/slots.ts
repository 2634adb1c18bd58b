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

/** What is probed more seldom than this is probed once soon after it is new: else nothing would be known of it for long. */
const soonMs = 5_000;

/**
 * First slot of a path new to the plan: anywhere in the first interval, so that a new plan does not start in a burst. A
 * slow path starts sooner, but not in the window in which its plan arrived, which is not wholly its own.
 */
export function firstSlot(nowMs: number, intervalMs: number, random: number): number {
  return intervalMs <= 2 * soonMs ? nowMs + random * intervalMs : nowMs + soonMs * (1 + random);
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
