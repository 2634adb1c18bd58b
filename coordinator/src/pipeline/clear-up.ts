import type { PlannedAction } from '../domain/action.ts';
import type { ExecutionState, Incident, StepState } from '../domain/incident.ts';
import type { StepResult } from '../domain/incident-event.ts';
import type { Proposal } from '../domain/proposal.ts';
import { resolveByLooking } from './apply-step.ts';
import { awaitSettled } from './await-settled.ts';
import { endAfter, postpone, proofOf, type Append } from './execution-record.ts';
import { silenceMs, type ExecutorDeps } from './executor-deps.ts';
import { fieldManagerOf } from './field-manager.ts';

/**
 * The executor that claimed this plan has gone silent. What it may have done is resolved by looking, never by doing
 * again; what it had not begun is not begun here. That nothing was done is never said: the plan was claimed, and intents
 * can be lost with the end of a stream.
 */
export async function clearUp(
  deps: ExecutorDeps,
  incident: Incident,
  proposal: Proposal,
  record: Append,
  signal: AbortSignal,
): Promise<void> {
  const execution = incident.execution;
  if (execution === null) return;
  const failed = execution.steps.findIndex((s) => s.outcome !== null && s.outcome.result !== 'applied');
  const known = execution.steps[failed]?.outcome ?? null;
  if (known !== null) return endAfter(proposal, record, failed, known);
  let applied = execution.steps.filter((s) => s.outcome?.result === 'applied').length;
  for (const [index, step] of proposal.steps.entries()) {
    const state = execution.steps[index];
    if (state === undefined || state.outcome !== null) continue;
    const outcome = await whatBecameOf(deps, { proposal, step, state, signal });
    if (outcome.result !== 'applied' && state.intents === 0 && applied > 0) break;
    await record({ type: 'step-ended', proposalId: proposal.id, step: index, outcome }, silenceMs);
    if (outcome.result !== 'applied') return endAfter(proposal, record, index, outcome);
    applied += 1;
  }
  const unsettled = await settleLast(deps, incident, execution, proposal, record, signal, applied);
  return record(
    { type: 'execution-ended', proposalId: proposal.id, ...ending(proposal, applied, unsettled) },
    null,
  );
}

function ending(
  { steps }: Proposal,
  applied: number,
  unsettled: string | null,
): { result: 'done' | 'unknown'; detail: string } {
  if (unsettled !== null) return { result: 'unknown', detail: unsettled };
  if (applied === steps.length)
    return { result: 'done', detail: 'Done; the executor was replaced in between.' };
  const detail = `The executor was lost after ${applied} of ${steps.length} steps; the rest was not begun, by all that can be seen.`;
  return { result: 'unknown', detail };
}

/**
 * A step without outcome. An intent stands in the stream before each write, but a store that lost its end may have lost
 * it: the target is looked at also where there is none. That it does not show the change proves nothing: somebody may
 * have undone it since.
 */
async function whatBecameOf(
  deps: ExecutorDeps,
  about: { proposal: Proposal; step: PlannedAction; state: StepState; signal: AbortSignal },
): Promise<StepResult> {
  const { proposal, step, state, signal } = about;
  const seen = await resolveByLooking(deps, step, fieldManagerOf(proposal.id), signal);
  if (state.intents > 0) return seen.outcome;
  // A pod can go away without pathmedic: that it is gone proves a deletion only where one was intended.
  if (seen.effect === 'yes' && step.mutation.verb === 'patch') return seen.outcome;
  const detail = `The plan was claimed, but the story does not say what was done, and ${seen.words}.`;
  return { result: 'unknown', detail: detail.slice(0, 400) };
}

/** Waits for the roll-out of the last applied step. Why it did not settle; null when it did, or nothing was applied. */
async function settleLast(
  deps: ExecutorDeps,
  incident: Incident,
  execution: ExecutionState,
  proposal: Proposal,
  record: Append,
  signal: AbortSignal,
  applied: number,
): Promise<string | null> {
  const index = applied - 1;
  const last = proposal.steps[index];
  if (last === undefined) return null;
  const settled = await awaitSettled(
    deps,
    last.settle,
    () => postpone(deps, incident, silenceMs),
    signal,
    () => proofOf(deps, incident.id, execution.proposalId, index),
  );
  await record({ type: 'step-settled', proposalId: proposal.id, step: index, ...settled }, silenceMs);
  return settled.settled ? null : `${last.title}: ${settled.detail}`.slice(0, 400);
}
