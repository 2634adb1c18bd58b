/** Times and limits of the work on an incident. All in milliseconds where named so. */
export interface PipelineSettings {
  mode: 'advise' | 'remediate';
  clusterName: string;
  /** A card is open for so long; counted at the click and at the execution, by the store's clock. */
  approvalTtlMs: number;
  /** How long an incident without a clear cause may heal or become clear before people are asked. */
  helpDwellMs: number;
  /** How long the executor may take to dry-run a plan. */
  dryRunTimeoutMs: number;
  /** Distance between the end of the first pass and the start of the second; never below 30 s. */
  passGapMs: number;
  /** How long a pass may wait for its probes. */
  passTimeoutMs: number;
  /** After a fix: how long the symptoms may take to go away before the first pass is run all the same. */
  verifyGraceMs: number;
  /** While people are asked and the symptoms are gone: how long between checks that may close it. */
  askedRecheckMs: number;
  /** How long the executor may stay silent before people are asked. */
  executionSilenceMs: number;
  /** Open cards (and executions) at the same time, over all incidents. */
  maxOpenProposals: number;
  /** With more open incidents than this (or a fault of the whole cluster or its DNS) only one plan is open at a time. */
  stormIncidents: number;
  /** Plans proposed for one incident, since it was opened or re-opened, before people are asked. */
  maxProposals: number;
  /** Distance from one card to the next for the same cause, when the fault comes and goes; doubles with each card. */
  cardBackoffMs: number;
  /** The longest distance that it grows to. */
  maxCardBackoffMs: number;
  /** Cards older than this do not count. */
  cardMemoryMs: number;
  approvalsNeeded: 1 | 2;
}

/** The runbook's own number: check again 30 seconds later. */
const minPassGapMs = 30_000;

export const defaultPipelineSettings: PipelineSettings = {
  mode: 'advise',
  clusterName: 'cluster',
  approvalTtlMs: 15 * 60_000,
  helpDwellMs: 45_000,
  dryRunTimeoutMs: 60_000,
  passGapMs: minPassGapMs,
  passTimeoutMs: 45_000,
  verifyGraceMs: 120_000,
  askedRecheckMs: 5 * 60_000,
  executionSilenceMs: 120_000,
  maxOpenProposals: 3,
  stormIncidents: 3,
  maxProposals: 3,
  cardBackoffMs: 5 * 60_000,
  maxCardBackoffMs: 60 * 60_000,
  cardMemoryMs: 6 * 60 * 60_000,
  approvalsNeeded: 1,
};
