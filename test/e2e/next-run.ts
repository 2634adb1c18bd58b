import type { PlannedRun } from './select-runs.ts';

/** When pathmedic changed what, as the audit log names it. */
export interface MadeChange {
  words: string;
  atMs: number;
}

export type NextRun =
  | { do: 'run'; run: PlannedRun }
  /** Every run that is left would have to change something that was changed too short a time ago. */
  | { do: 'wait'; untilMs: number; run: PlannedRun };

/** The product changes an object at most once in ten minutes, by design; a little more for clocks. */
export const rewriteAfterMs = 10 * 60_000 + 5000;

/** The first run whose plan could be carried out now; else the one that can soonest. Null: nothing is left. Pure. */
export function nextRun(
  left: readonly PlannedRun[],
  made: readonly MadeChange[],
  nowMs: number,
): NextRun | null {
  const ready = left.map((run) => ({ run, atMs: possibleAtMs(run, made) }));
  const first = ready.find(({ atMs }) => atMs <= nowMs);
  if (first !== undefined) return { do: 'run', run: first.run };
  const soonest = ready.toSorted((a, b) => a.atMs - b.atMs)[0];
  return soonest === undefined ? null : { do: 'wait', untilMs: soonest.atMs, run: soonest.run };
}

/** Deleted pods are replaced, not changed: they do not count. */
function possibleAtMs({ e2eCase }: PlannedRun, made: readonly MadeChange[]): number {
  const blocking = made.filter(
    ({ words }) => !words.startsWith('delete ') && e2eCase.changes.some((pattern) => pattern.test(words)),
  );
  return Math.max(0, ...blocking.map(({ atMs }) => atMs + rewriteAfterMs));
}
