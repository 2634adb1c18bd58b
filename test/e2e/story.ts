/** Where a fault is put, as seen from the product: on the node its coordinator runs on, on another one, or it does not matter. */
export type Placement = 'with-coordinator' | 'without-coordinator' | 'anywhere';

/** One incident as it was seen. Times are seconds after the fault began; null where that did not happen. */
export interface SeenIncident {
  id: string;
  title: string;
  /** `id (confidence)`, most likely first. */
  causes: string[];
  /** What was proposed or asked, in words; empty when nothing was. */
  answer: string;
  detectedS: number | null;
  namedS: number | null;
  answeredS: number | null;
  fixedS: number | null;
  closedS: number | null;
  /** The last entries of its story, a line each. */
  tail: string[];
}

/** What happened in one run of a case. */
export interface Story {
  name: string;
  placement: Placement;
  result: 'passed' | 'failed' | 'not-run';
  /** What was expected, in words. */
  expected: string;
  problems: string[];
  /** How long it took until the fault was in place; some of them show before that. */
  inPlaceS: number | null;
  incidents: SeenIncident[];
  /** Changes of the cluster by pathmedic's identities, as the API server's audit log has them. */
  changes: string[];
  tookS: number;
}

/** A run of which nothing has been seen yet. */
export function untoldStory(name: string, placement: Placement, expected: string): Story {
  return {
    name,
    placement,
    result: 'not-run',
    expected,
    problems: [],
    inPlaceS: null,
    incidents: [],
    changes: [],
    tookS: 0,
  };
}
