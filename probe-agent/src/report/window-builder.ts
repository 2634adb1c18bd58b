import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { CheckWindow, PathWindow } from '@pathmedic/shared/contract/report.ts';
import { checkKey } from '../schedule/check-rounds.ts';
import { addOutcome, emptyTally, toPathWindow } from './window.ts';
import type { Tally } from './window.ts';

/** Most paths and checks that one report may carry (contract). */
const maxEntries = 2_000;

/** Collects outcomes between two reports. */
export interface WindowBuilder {
  addSlot(pathId: string, outcome: ProbeOutcome): void;
  addCheck(nonce: string, pathId: string, outcome: ProbeOutcome): void;
  /** All probes of this path of the check have ended: its result is complete. */
  checkPathDone(nonce: string, pathId: string): void;
  /** Only these paths of checks (by check key) are still wanted: what is known of others is forgotten. */
  retainChecks(wanted: ReadonlySet<string>): void;
  /**
   * The outcomes since the last call, and every complete check result that is still wanted: a result is repeated until
   * the plan no longer asks for it, because a coordinator that took over has not seen what its predecessor was told.
   */
  take(): { paths: PathWindow[]; checks: CheckWindow[] };
}

export function createWindowBuilder(): WindowBuilder {
  let paths = new Map<string, Tally>();
  const open = new Map<string, Tally>();
  const done = new Map<string, CheckWindow>();
  let wanted: ReadonlySet<string> = new Set();

  return {
    addSlot(pathId, outcome) {
      paths.set(pathId, addOutcome(paths.get(pathId) ?? emptyTally, outcome));
    },
    addCheck(nonce, pathId, outcome) {
      const key = checkKey(nonce, pathId);
      if (wanted.has(key)) open.set(key, addOutcome(open.get(key) ?? emptyTally, outcome));
    },
    checkPathDone(nonce, pathId) {
      const key = checkKey(nonce, pathId);
      if (!wanted.has(key)) return;
      done.set(key, { nonce, ...toPathWindow(pathId, open.get(key) ?? emptyTally) });
      open.delete(key);
    },
    retainChecks(next) {
      wanted = next;
      for (const key of open.keys()) if (!wanted.has(key)) open.delete(key);
      for (const key of done.keys()) if (!wanted.has(key)) done.delete(key);
    },
    take() {
      const taken = [...paths].map(([pathId, tally]) => toPathWindow(pathId, tally));
      paths = new Map();
      return { paths: taken.slice(0, maxEntries), checks: [...done.values()].slice(0, maxEntries) };
    },
  };
}
