import type { ActionRequest } from '../domain/action.ts';
import type { CauseId, Check, RankedCause } from '../domain/cause.ts';
import type { Escalation } from '../domain/proposal.ts';
import type { FactKind, Situation } from '../facts/cluster-facts.ts';

/** A log that a runbook wants to read before it judges. */
export interface LogWish {
  namespace: string;
  pod: string;
  container?: string;
  previous: boolean;
}

/** What the cause asks for: actions of the catalogue, or people. */
export type Remedy =
  | { type: 'plan'; title: string; why: string; actions: ActionRequest[] }
  | { type: 'escalate'; escalation: Escalation };

/** What a runbook found: its cause if anything speaks for it, and every check it made, also those that found nothing. */
export interface Judgement {
  cause: RankedCause | null;
  checks: Check[];
  /** What it could not see, in words. */
  unknown: string[];
}

/** One cause of the design, in one file. All functions are pure. */
export interface Runbook {
  id: CauseId;
  needs: readonly FactKind[];
  /** Logs worth reading for this situation; at most five. */
  wantsLogs(situation: Situation): LogWish[];
  judge(situation: Situation): Judgement;
  /** Null when nothing safe can be proposed: the incident then asks for help. */
  remedy(situation: Situation, cause: RankedCause): Remedy | null;
}
