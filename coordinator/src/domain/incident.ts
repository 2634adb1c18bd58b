import type { Diagnosis } from './cause.ts';
import type { AskedRequest, EventOf, ExpiryReason, PassResult, StepResult } from './incident-event.ts';
import type { Actor } from './principal.ts';
import type { Escalation, Proposal } from './proposal.ts';
import type { Symptom } from './symptom.ts';

/** Incident, proposal and execution are three machines folded from one stream. */

export type ProposalStatus =
  | { at: 'open' }
  | { at: 'approved'; approvals: Approval[] }
  | { at: 'rejected'; by: Actor; atMs: number; reason?: string }
  | { at: 'expired'; reason: ExpiryReason; atMs: number; detail: string };

export interface Approval {
  by: Actor;
  atMs: number;
  /** HMAC row as the executor checks it. */
  row: string;
}

export interface ProposalState {
  proposal: Proposal;
  proposedAtMs: number;
  /** The person who asked for it, whose own approval does not count; null where pathmedic found it by itself. */
  askedBy: Actor | null;
  status: ProposalStatus;
  /** Given to the executor: from then on it is the execution that counts, also after a relapse. */
  handedOver: boolean;
  /** Approvals so far; with two-person mode the first leaves the status open. */
  approvals: Approval[];
}

export interface StepState {
  intents: number;
  outcome: StepResult | null;
  settled: boolean | null;
  /** What the agents' probes show of it, where the step waits for them. */
  proof: string | null;
  intendedAtMs: number | null;
  endedAtMs: number | null;
  settledAtMs: number | null;
}

export type ExecutionStatus =
  | { at: 'requested' }
  | { at: 'claimed'; executor: string }
  | { at: 'ended'; result: EventOf<'execution-ended'>['result']; detail: string; atMs: number };

export interface ExecutionState {
  proposalId: string;
  requestedAtMs: number;
  claimedAtMs: number | null;
  status: ExecutionStatus;
  steps: StepState[];
}

export interface PassState {
  pass: 1 | 2;
  nonce: string;
  startedAtMs: number;
  deadlineMs: number;
  paths: number;
  ended: { atMs: number; outcome: PassResult } | null;
}

/** A step of a plan that was applied. */
export interface WrittenStep {
  proposalId: string;
  step: number;
  atMs: number;
  /** What it wrote is no longer as it was written; `by` is a field manager, null where the object does not tell. */
  reverted: { by: string | null; atMs: number } | null;
}

/**
 * Where the work on an incident stands. What comes next is decided in the pipeline from this and the facts.
 * - `new`: opened, nothing known yet · `triaged` · `diagnosed`: causes ranked, nothing proposed yet
 * - `drafted`: a plan waits for its dry run by the executor (remediate mode), and for its turn to become a card
 * - `awaiting-approval`: a card is open · `approved`: not yet handed over · `executing`: with the executor
 * - `verifying`: two passes after a fix · `recovering`: two passes after it healed by itself
 * - `needs-help`, `escalated`: waiting for people; recovery still closes it
 * - `closed`
 */
export const phases = [
  'new',
  'triaged',
  'diagnosed',
  'drafted',
  'awaiting-approval',
  'approved',
  'executing',
  'verifying',
  'recovering',
  'needs-help',
  'escalated',
  'closed',
] as const;
export type Phase = (typeof phases)[number];

export interface Incident {
  id: string;
  /** Number of events folded; what a compare-and-set append expects. */
  length: number;
  scopeKey: string;
  cluster: string;
  /** Stays the same from opening to close-out. */
  title: string;
  openedAtMs: number;
  detectedAtMs: number;
  updatedAtMs: number;
  phase: Phase;
  symptoms: Symptom[];
  /** True from `recovered` until `relapsed`. */
  symptomsGone: boolean;
  recoveredAtMs: number | null;
  triage: { lines: string[]; unknown: string[]; atMs: number } | null;
  /** `outdated` once its plan came to nothing: what is decided next needs a new look, or people. */
  diagnosis: (Diagnosis & { atMs: number; outdated: boolean }) | null;
  /** The plan on its way to a card; null before and after. */
  draft: {
    proposal: Proposal;
    atMs: number;
    askedBy: Actor | null;
    dryRun: { ok: boolean; detail: string } | null;
  } | null;
  /** Every proposal ever made, oldest first; only the last can be open. */
  proposals: ProposalState[];
  execution: ExecutionState | null;
  /** Every step ever applied, oldest first; closing and re-opening do not forget them. */
  written: WrittenStep[];
  escalation: (Escalation & { atMs: number }) | null;
  help: (Omit<EventOf<'help-requested'>, 'type'> & { atMs: number }) | null;
  /** Passes of the current verification, at most two. */
  passes: PassState[];
  /** Passes that failed since the incident was opened, re-opened or relapsed. */
  failedPasses: number;
  takenOverBy: Actor | null;
  /** What people asked for and nobody has answered yet, oldest first; `n` is the event. */
  asked: { n: number; by: Actor; request: AskedRequest }[];
  /** When people were asked for help, and when a person last asked to look afresh; closing does not forget them. */
  helpAskedAtMs: number | null;
  recheckedAtMs: number | null;
  /** When it was opened, or opened again the last time. */
  roundStartedAtMs: number;
  reopened: number;
  closed: { how: EventOf<'closed'>['how']; summary: string; auditHead: string; atMs: number } | null;
}

/** The latest proposal, whatever its status; null before the first. */
export function currentProposal(incident: Incident): ProposalState | null {
  return incident.proposals.at(-1) ?? null;
}

/** The execution that was handed over and has not ended, whatever the phase; null when there is none. */
export function unfinishedExecution({ execution }: Pick<Incident, 'execution'>): ExecutionState | null {
  return execution === null || execution.status.at === 'ended' ? null : execution;
}

/** The diagnosis after its plan came to nothing. */
export function outdatedDiagnosis(incident: Incident): Incident['diagnosis'] {
  return incident.diagnosis === null ? null : { ...incident.diagnosis, outdated: true };
}
