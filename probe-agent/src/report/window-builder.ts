import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { CheckWindow, PathWindow } from '@pathmedic/shared/contract/report.ts';
import { addOutcome, emptyTally, toPathWindow } from './window.ts';
import type { Tally } from './window.ts';

/** Most paths and checks that one report may carry (contract). */
const maxEntries = 2_000;

/** Collects outcomes between two reports. */
export interface WindowBuilder {
  addSlot(pathId: string, outcome: ProbeOutcome): void;
  addCheck(nonce: string, pathId: string, outcome: ProbeOutcome): void;
  /** All probes of this path of the check have ended: its result is complete and goes out with the next report. */
  checkPathDone(nonce: string, pathId: string): void;
  /** What was collected, and starts over. Unfinished checks and what exceeds one report stay for the next. */
  take(): { paths: PathWindow[]; checks: CheckWindow[] };
}

export function createWindowBuilder(): WindowBuilder {
  let paths = new Map<string, Tally>();
  const open = new Map<string, Tally>();
  let done: CheckWindow[] = [];
  const key = (nonce: string, pathId: string): string => `${nonce} ${pathId}`;

  return {
    addSlot(pathId, outcome) {
      paths.set(pathId, addOutcome(paths.get(pathId) ?? emptyTally, outcome));
    },
    addCheck(nonce, pathId, outcome) {
      const at = key(nonce, pathId);
      open.set(at, addOutcome(open.get(at) ?? emptyTally, outcome));
    },
    checkPathDone(nonce, pathId) {
      const at = key(nonce, pathId);
      done.push({ nonce, ...toPathWindow(pathId, open.get(at) ?? emptyTally) });
      open.delete(at);
    },
    take() {
      const taken = [...paths].map(([pathId, tally]) => toPathWindow(pathId, tally));
      const checks = done.slice(0, maxEntries);
      done = done.slice(maxEntries);
      paths = new Map();
      return { paths: taken.slice(0, maxEntries), checks };
    },
  };
}
