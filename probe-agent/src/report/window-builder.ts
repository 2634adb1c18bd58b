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
  /** Only these checks are still wanted: what was collected for others is forgotten. */
  retainChecks(nonces: ReadonlySet<string>): void;
  /** What was collected, and starts over. Unfinished checks and what exceeds one report stay for the next. */
  take(): { paths: PathWindow[]; checks: CheckWindow[] };
}

export function createWindowBuilder(): WindowBuilder {
  let paths = new Map<string, Tally>();
  /** Tallies of unfinished checks, by nonce and path. */
  const open = new Map<string, Map<string, Tally>>();
  let done: CheckWindow[] = [];

  return {
    addSlot(pathId, outcome) {
      paths.set(pathId, addOutcome(paths.get(pathId) ?? emptyTally, outcome));
    },
    addCheck(nonce, pathId, outcome) {
      const tallies = open.get(nonce);
      tallies?.set(pathId, addOutcome(tallies.get(pathId) ?? emptyTally, outcome));
    },
    checkPathDone(nonce, pathId) {
      const tallies = open.get(nonce);
      if (tallies === undefined) return;
      done.push({ nonce, ...toPathWindow(pathId, tallies.get(pathId) ?? emptyTally) });
      tallies.delete(pathId);
    },
    retainChecks(nonces) {
      for (const nonce of open.keys()) if (!nonces.has(nonce)) open.delete(nonce);
      for (const nonce of nonces) if (!open.has(nonce)) open.set(nonce, new Map());
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
