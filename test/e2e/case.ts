import type { Place, Subject } from './expectations/expectation.ts';
import type { Placement, Story } from './story.ts';
import type { TestBed } from './test-bed.ts';

/** A case while it runs. What it finds wrong goes into the story's problems; an error it throws ends it. */
export interface CaseRun {
  bed: TestBed;
  place: Place;
  story: Story;
}

/** Something that is done to a real cluster, and what is expected of the product then. */
export interface E2eCase {
  name: string;
  group: 'fault' | 'quiet' | 'hard';
  /** What is expected, in words. */
  about: string;
  /** Part of the core set, which runs in CI. */
  core: boolean;
  /** Where it is run; a fault of a node both with and without the coordinator on it. */
  placements: readonly Placement[];
  /**
   * Cases about the same may share an incident (a recurrence re-opens what was closed a while ago): the product is started
   * afresh between them. Empty: opens nothing.
   */
  subjects: readonly Subject[];
  /** What plans of this case write to, as the audit log names it; an object is changed at most once in ten minutes. */
  changes: readonly RegExp[];
  run(run: CaseRun): Promise<void>;
}
