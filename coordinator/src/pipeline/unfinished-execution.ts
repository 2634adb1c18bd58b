import { currentProposal, unfinishedExecution, type Incident } from '../domain/incident.ts';
import type { NextStep, Surroundings } from './work-step.ts';
import { stepToProve } from './prove-step.ts';
import type { PipelineSettings } from './settings.ts';

const pollMs = 1000;

/** The executor is at work, until it has been silent for longer than it may. */
export function duringExecution(
  incident: Incident,
  around: Surroundings,
  settings: PipelineSettings,
): NextStep {
  const execution = incident.execution;
  if (execution === null) return { do: 'ask-help', reason: 'An execution is recorded without its plan.' };
  const lastSignMs = Math.max(
    execution.requestedAtMs,
    execution.claimedAtMs ?? 0,
    ...execution.steps.map((s) => Math.max(s.intendedAtMs ?? 0, s.endedAtMs ?? 0, s.settledAtMs ?? 0)),
  );
  const settling = execution.steps.find((s) => s.outcome?.result === 'applied' && s.settled === null);
  const proposal = currentProposal(incident);
  const settleIndex = settling === undefined ? -1 : execution.steps.indexOf(settling);
  const settle = proposal?.proposal.steps[settleIndex]?.settle;
  const patienceMs =
    settings.executionSilenceMs + (settle === undefined || settle.type === 'none' ? 0 : settle.timeoutMs);
  const untilMs = lastSignMs + patienceMs;
  if (around.nowMs < untilMs && stepToProve(incident) !== null) {
    const soonMs = Math.min(untilMs, around.nowMs + pollMs);
    return { do: 'wait', untilMs: soonMs, why: 'the executor waits for what the agents see' };
  }
  if (around.nowMs < untilMs) return { do: 'wait', untilMs, why: 'the executor is at work' };
  return { do: 'ask-help', reason: 'The executor has gone silent in the middle of the plan.' };
}

/**
 * An incident that was looked at afresh (a recheck, a return of the symptoms, a re-opening) while a plan that was handed
 * over has not ended: nothing else is proposed before that one has. Null when there is none.
 */
export function unfinishedBefore(
  incident: Incident,
  around: Surroundings,
  settings: PipelineSettings,
): NextStep | null {
  if (unfinishedExecution(incident) === null) return null;
  const step = duringExecution(incident, around, settings);
  if (step.do !== 'ask-help') return step;
  const reason =
    'A plan that was begun earlier has not ended, and its executor is silent. No other plan is proposed before that one has ended.';
  return { do: 'ask-help', reason };
}
