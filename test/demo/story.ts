/** One thing that happened, as it is told and kept. */
export interface StoryEntry {
  /** Milliseconds since the epoch. */
  atMs: number;
  /** Who or what speaks: the one at the keyboard, pathmedic, a message in Slack, a person, the demo itself. */
  who: 'fault' | 'pathmedic' | 'slack' | 'person' | 'demo';
  lines: readonly string[];
}

/** Seconds after the fault; null for what did not happen. */
export interface StoryTimes {
  lostS: number | null;
  detectedS: number | null;
  namedS: number | null;
  cardS: number | null;
  approvedS: number | null;
  fixedS: number | null;
  closedS: number | null;
}

/** How one scenario went; what `--json` prints. */
export interface Story {
  scenario: string;
  description: string;
  ok: boolean;
  /** What is not as it should be; empty when `ok`. */
  problems: readonly string[];
  faultAt: string;
  incidentId: string | null;
  title: string | null;
  cause: string | null;
  plan: string | null;
  /** What ended it: closed by a fix, healed, escalated; null when it did not end. */
  end: 'fixed' | 'healed' | 'escalated' | null;
  times: StoryTimes;
  /** Changes that pathmedic made, as the API server saw them: `verb resource namespace/name`. */
  changes: readonly string[];
  entries: readonly StoryEntry[];
}
