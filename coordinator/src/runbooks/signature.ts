import type { CauseId } from '../domain/cause.ts';

/** Where a line was found. */
export type Place = 'cni' | 'coredns' | 'kube-proxy' | 'event';

/** What components print when something specific is wrong. Data, not code: one line a message, with where it comes from. */
export interface Signature {
  /** Linear-time: no nested or adjacent unbounded quantifiers. Matched case-sensitively on one line. */
  pattern: RegExp;
  /** Where it counts: in whose log, and whether in events (which carry what plugins and probes said). */
  from: readonly Place[];
  cause: CauseId;
  /** 0 to 1: a specific error weighs more than a generic one. */
  weight: number;
  /** Public source of the wording. */
  source: string;
}
