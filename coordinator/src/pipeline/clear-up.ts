import type { Incident } from '../domain/incident.ts';
import type { Proposal } from '../domain/proposal.ts';
import { resolveByLooking } from './apply-step.ts';
import { awaitSettled } from './await-settled.ts';
import { endAfter, postpone, proofOf, type Append } from './execution-record.ts';
import { silenceMs, type ExecutorDeps } from './executor-deps.ts';
import { fieldManagerOf } from './field-manager.ts';

/**
 * The executor that claimed this plan has gone silent. Its intents without outcome are resolved by looking, never by
 * doing again; what it had not begun is not begun here.
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
  const open = execution.steps.findIndex((s) => s.intents > 0 && s.outcome === null);
  const step = proposal.steps[open];
  if (step !== undefined) {
    const outcome = await resolveByLooking(deps, step, fieldManagerOf(proposal.id), signal);
    await record({ type: 'step-ended', proposalId: proposal.id, step: open, outcome }, silenceMs);
    if (outcome.result !== 'applied') return endAfter(proposal, record, open, outcome);
  }
  const applied = execution.steps.filter((s, i) => s.outcome?.result === 'applied' || i === open).length;
  const last = proposal.steps[applied - 1];
  if (last !== undefined) {
    const settled = await awaitSettled(
      deps,
      last.settle,
      () => postpone(deps, incident, silenceMs),
      signal,
      () => proofOf(deps, incident.id, proposal.id, applied - 1),
    );
    await record({ type: 'step-settled', proposalId: proposal.id, step: applied - 1, ...settled }, silenceMs);
    if (!settled.settled) {
      const detail = `${last.title}: ${settled.detail}`.slice(0, 400);
      return record({ type: 'execution-ended', proposalId: proposal.id, result: 'unknown', detail }, null);
    }
  }
  const all = applied === proposal.steps.length;
  const result = all ? 'done' : applied === 0 ? 'not-started' : 'unknown';
  const detail = all
    ? 'Done; the executor was replaced in between.'
    : `The executor was lost after ${applied} of ${proposal.steps.length} steps; the rest was not begun.`;
  return record({ type: 'execution-ended', proposalId: proposal.id, result, detail }, null);
}
