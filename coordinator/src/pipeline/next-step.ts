import type { Incident, ProposalState } from '../domain/incident.ts';
import { currentProposal } from '../domain/incident.ts';
import { backoffWords, cardBackoff } from './card-backoff.ts';
import { confirmRecovery, verify, whilePeopleAreAsked } from './next-check.ts';
import { proposalGate } from './proposal-gate.ts';
import type { PipelineSettings } from './settings.ts';
import { duringExecution, unfinishedBefore } from './unfinished-execution.ts';
import type { NextStep, Surroundings } from './work-step.ts';

const pollMs = 1000;
/** The whole flow of an incident in one place. Pure. */
export function nextStep(incident: Incident, around: Surroundings, settings: PipelineSettings): NextStep {
  const stale = staleProposal(incident, around.nowMs);
  if (stale !== null) return stale;
  const [asked] = incident.asked;
  if (asked !== undefined) return { do: 'answer', asked };
  switch (incident.phase) {
    case 'new':
      return { do: 'triage' };
    case 'triaged':
      return { do: 'diagnose' };
    case 'diagnosed':
      return unfinishedBefore(incident, around, settings) ?? afterDiagnosis(incident, around, settings);
    case 'drafted':
      return unfinishedBefore(incident, around, settings) ?? afterDraft(incident, around, settings);
    case 'awaiting-approval':
      return {
        do: 'wait',
        untilMs: currentProposal(incident)?.proposal.expiresAtMs ?? null,
        why: 'a card is open',
      };
    case 'approved':
      return unfinishedBefore(incident, around, settings) ?? afterApproval(incident, around);
    case 'executing':
      return duringExecution(incident, around, settings);
    case 'verifying':
      return verify(incident, around, settings);
    case 'recovering':
      return confirmRecovery(incident, around, settings);
    case 'needs-help':
    case 'escalated':
      return whilePeopleAreAsked(incident, around, settings);
    case 'closed':
      return { do: 'wait', untilMs: null, why: 'closed' };
  }
}

/** A card that must not be decided on any more, whatever the phase. */
function staleProposal(incident: Incident, nowMs: number): NextStep | null {
  const current = currentProposal(incident);
  if (current === null || incident.phase === 'executing' || incident.phase === 'closed') return null;
  const undecided = current.status.at === 'open' || (current.status.at === 'approved' && !current.handedOver);
  if (!undecided) return null;
  if (incident.symptomsGone) {
    return {
      do: 'expire',
      proposal: current,
      reason: 'recovered',
      detail: 'The symptoms are gone; nothing needs to be changed.',
    };
  }
  if (incident.takenOverBy !== null) {
    const detail = 'A person has taken over; pathmedic proposes again when it is handed back.';
    return { do: 'expire', proposal: current, reason: 'taken-over', detail };
  }
  if (nowMs >= current.proposal.expiresAtMs) {
    const detail =
      current.status.at === 'open'
        ? 'Nobody decided in time.'
        : 'It was approved, but could not be handed over in time.';
    return { do: 'expire', proposal: current, reason: 'time', detail };
  }
  if (incident.phase === 'awaiting-approval' || incident.phase === 'approved') return null;
  const detail = 'The symptoms went away and came back; they are looked at afresh.';
  return { do: 'expire', proposal: current, reason: 'superseded', detail };
}

function afterDiagnosis(incident: Incident, around: Surroundings, settings: PipelineSettings): NextStep {
  if (incident.takenOverBy !== null) return { do: 'wait', untilMs: null, why: 'a person has taken over' };
  const last = currentProposal(incident);
  const failed = last === null ? null : unsuccessful(incident, last);
  if (failed !== null && (incident.diagnosis?.outdated ?? true)) {
    if (!failed.retry) return { do: 'ask-help', reason: failed.reason };
    const { roundStartedAtMs } = incident;
    const count = incident.proposals.filter(({ proposedAtMs }) => proposedAtMs >= roundStartedAtMs).length;
    if (count >= settings.maxProposals) {
      return { do: 'ask-help', reason: `${failed.reason} ${count} plans did not get through.` };
    }
    return { do: 'diagnose' };
  }
  const unclear = unclearFor(incident, around.nowMs, settings);
  return (
    unclear ??
    tooSoon(incident, around.nowMs, settings) ??
    held(incident, around, settings) ?? { do: 'propose' }
  );
}

/** A fault that comes and goes does not put up a card each time; once it has done so often, people are told. */
function tooSoon(incident: Incident, nowMs: number, settings: PipelineSettings): NextStep | null {
  const backoff = cardBackoff(incident, nowMs, settings);
  if (backoff === null) return null;
  if (nowMs < backoff.untilMs) {
    const told = incident.helpAskedAtMs !== null && incident.helpAskedAtMs >= backoff.lastMs;
    if (backoff.cards >= settings.maxProposals && !told)
      return { do: 'ask-help', reason: backoffWords(backoff) };
    return { do: 'wait', untilMs: backoff.untilMs, why: 'the last plan for this has just come to nothing' };
  }
  // After a wait the facts may be different ones.
  return (incident.diagnosis?.atMs ?? 0) < backoff.untilMs ? { do: 'diagnose' } : null;
}

/** Waits while other plans come first; null when this one may go up. */
function held(incident: Incident, around: Surroundings, settings: PipelineSettings): NextStep | null {
  const gate = proposalGate(incident, around.others, around.nowMs, settings);
  if (gate.open) return null;
  const againMs = gate.reason === 'simultaneous' ? 1 : 10 * pollMs;
  return { do: 'wait', untilMs: around.nowMs + againMs, why: gate.why };
}

function afterDraft(incident: Incident, around: Surroundings, settings: PipelineSettings): NextStep {
  const { draft } = incident;
  if (draft === null) return { do: 'propose' };
  if (draft.proposal.mode === 'advise')
    return held(incident, around, settings) ?? { do: 'publish-plan', draft: draft.proposal };
  if (draft.dryRun === null) {
    const untilMs = draft.atMs + settings.dryRunTimeoutMs;
    if (around.nowMs < untilMs) return { do: 'wait', untilMs, why: 'the executor dry-runs the plan' };
    return {
      do: 'ask-help',
      reason: `The executor did not try out "${draft.proposal.title}": it may not be running.`,
    };
  }
  if (draft.dryRun.ok)
    return held(incident, around, settings) ?? { do: 'publish-plan', draft: draft.proposal };
  return {
    do: 'ask-help',
    reason: `The API server would refuse "${draft.proposal.title}": ${draft.dryRun.detail}`,
  };
}

/**
 * Nothing fits yet. People are not woken for what may be over, or plainer, in a moment: it is looked at once more first.
 */
function unclearFor(incident: Incident, nowMs: number, settings: PipelineSettings): NextStep | null {
  const { diagnosis } = incident;
  const top = diagnosis?.causes[0];
  if (diagnosis === null || (top !== undefined && top.id !== 'other' && top.confidence !== 'low'))
    return null;
  const clearByMs = incident.roundStartedAtMs + settings.helpDwellMs;
  if (nowMs < clearByMs) return { do: 'wait', untilMs: clearByMs, why: 'no known cause fits yet' };
  return diagnosis.atMs < clearByMs ? { do: 'diagnose' } : null;
}

/** How the latest proposal came to nothing: look again (`retry`), or ask people. Null while it has not. */
function unsuccessful(incident: Incident, last: ProposalState): { reason: string; retry: boolean } | null {
  const { status } = last;
  if (status.at === 'rejected') {
    const by = status.by.type === 'person' ? status.by.name : 'pathmedic';
    const because = status.reason === undefined ? '' : ` ("${status.reason}")`;
    return { reason: `The plan was rejected by ${by}${because}.`, retry: false };
  }
  if (status.at === 'expired') {
    const retry = status.reason !== 'time';
    return { reason: status.detail, retry };
  }
  const execution = incident.execution;
  if (
    status.at !== 'approved' ||
    execution?.proposalId !== last.proposal.id ||
    execution.status.at !== 'ended'
  )
    return null;
  const changed = execution.steps.some(
    (s) => s.outcome?.result === 'refused' && s.outcome.reason === 'changed',
  );
  return { reason: execution.status.detail, retry: changed };
}

function afterApproval(incident: Incident, around: Surroundings): NextStep {
  const proposal = currentProposal(incident);
  if (proposal === null)
    return { do: 'ask-help', reason: 'An approval is recorded for a plan that does not exist.' };
  if (around.paused) return { do: 'wait', untilMs: around.nowMs + pollMs, why: 'remediation is paused' };
  if (!around.sensingComplete)
    return { do: 'wait', untilMs: around.nowMs + pollMs, why: 'the agents have not all reported yet' };
  return { do: 'request-execution', proposal };
}
