import type { E2eCase } from './case.ts';
import type { Options } from './options.ts';
import type { Placement } from './story.ts';

/** One case in one place. */
export interface PlannedRun {
  e2eCase: E2eCase;
  placement: Placement;
}

/** What is to be run: those that may leave the coordinator's node alone come first, the other half after them. Pure. */
export function selectRuns(
  cases: readonly E2eCase[],
  { names, all, placements }: Pick<Options, 'names' | 'all' | 'placements'>,
): PlannedRun[] {
  const selected = cases.filter(({ name, core }) => (names === null ? all || core : names.includes(name)));
  const runs = selected.flatMap((e2eCase) => {
    const fitting = e2eCase.placements.filter(
      (p) => p === 'anywhere' || placements === null || placements.includes(p),
    );
    // The core set is for every change: once each.
    const wanted = names === null && !all && placements === null ? fitting.slice(0, 1) : fitting;
    return wanted.map((placement) => ({ e2eCase, placement }));
  });
  const half = ({ placement }: PlannedRun): number => (placement === 'with-coordinator' ? 1 : 0);
  return runs.toSorted((a, b) => half(a) - half(b));
}

/** `cni-ds-not-scheduled`, or with the placement where there are two. */
export function runName({ e2eCase, placement }: PlannedRun): string {
  return e2eCase.placements.length > 1 ? `${e2eCase.name} (${placement})` : e2eCase.name;
}
