import type { SizeLoss } from '@pathmedic/shared/contract/outcome.ts';

/** How long a threshold is believed: looking for it takes many more exchanges than seeing that it still is there. */
const keepMs = 120_000;

/** What the ladders of the last minutes found, by path. */
export interface LadderMemory {
  /** The threshold known for a path that loses packets this way; null when it has to be searched (again). */
  known(pathId: string, direction: SizeLoss['direction'], nowMs: number): number | null;
  remember(pathId: string, direction: SizeLoss['direction'], passesBytes: number, nowMs: number): void;
  /** Large packets pass: whatever was known is over. */
  forget(pathId: string): void;
}

export function createLadderMemory(): LadderMemory {
  const found = new Map<string, { direction: SizeLoss['direction']; passesBytes: number; untilMs: number }>();
  return {
    known(pathId, direction, nowMs) {
      const entry = found.get(pathId);
      return entry !== undefined && entry.direction === direction && nowMs < entry.untilMs
        ? entry.passesBytes
        : null;
    },
    remember(pathId, direction, passesBytes, nowMs) {
      for (const [id, entry] of found) if (entry.untilMs <= nowMs) found.delete(id);
      found.set(pathId, { direction, passesBytes, untilMs: nowMs + keepMs });
    },
    forget: (pathId) => void found.delete(pathId),
  };
}
