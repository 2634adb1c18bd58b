import type { Incident, PassState, ProposalState } from '../domain/incident.ts';
import type { ExpiryReason } from '../domain/incident-event.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { OtherIncident } from './proposal-gate.ts';

/** What the coordinator does next for one incident; `wait` with null waits for an event of somebody else. */
export type NextStep =
  | { do: 'triage' }
  | { do: 'diagnose' }
  | { do: 'propose' }
  | { do: 'publish-plan'; draft: Proposal }
  | { do: 'expire'; proposal: ProposalState; reason: ExpiryReason; detail: string }
  | { do: 'request-execution'; proposal: ProposalState }
  | { do: 'start-pass'; pass: 1 | 2 }
  | { do: 'judge-pass'; pass: PassState }
  | { do: 'close'; how: 'fixed' | 'healed' }
  | { do: 'ask-help'; reason: string }
  /** A person asked for something that takes a look at the cluster. */
  | { do: 'answer'; asked: Incident['asked'][number] }
  | { do: 'wait'; untilMs: number | null; why: string };

/** What the decision needs to know besides the incident. */
export interface Surroundings {
  nowMs: number;
  /** False right after a takeover: the absence of failures means nothing yet. */
  sensingComplete: boolean;
  paused: boolean;
  /** All results of the running pass are in. */
  passResultsIn: boolean;
  /** The other open incidents, read at `nowMs` or later; looked at only where a plan may go up. */
  others: readonly OtherIncident[];
}
