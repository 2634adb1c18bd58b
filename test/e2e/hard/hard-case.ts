import type { CaseRun, E2eCase } from '../case.ts';

/** A fault at the worst moment, or in the worst place. */
export interface HardCase {
  name: string;
  about: string;
  placements?: E2eCase['placements'];
  subjects: E2eCase['subjects'];
  changes?: readonly RegExp[];
  run(run: CaseRun): Promise<void>;
}

export function hardCase(hard: HardCase): E2eCase {
  return {
    ...hard,
    group: 'hard',
    core: false,
    placements: hard.placements ?? ['anywhere'],
    changes: hard.changes ?? [],
  };
}

/** The changes that an expectation's plan may make. */
export function changesOf({ endings }: { endings: readonly { by: string; changes?: readonly RegExp[] }[] }) {
  return endings.flatMap((ending) => ending.changes ?? []);
}
