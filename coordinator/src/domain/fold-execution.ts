import {
  currentProposal,
  outdatedDiagnosis,
  unfinishedExecution,
  type ExecutionState,
  type Incident,
  type StepState,
} from './incident.ts';
import type { EventOf } from './incident-event.ts';

type ExecutionEvent = EventOf<
  | 'execution-requested'
  | 'execution-claimed'
  | 'step-intended'
  | 'step-ended'
  | 'step-proved'
  | 'step-settled'
  | 'execution-ended'
>;

const freshStep: StepState = {
  intents: 0,
  outcome: null,
  settled: null,
  proof: null,
  intendedAtMs: null,
  endedAtMs: null,
  settledAtMs: null,
};

/** The execution's part of the stream. Events of an execution that ended, or of another plan, change nothing. */
export function foldExecution(state: Incident, body: ExecutionEvent, atMs: number): Incident {
  if (body.type === 'execution-requested') {
    const proposal = currentProposal(state);
    if (proposal?.proposal.id !== body.proposalId || proposal.status.at !== 'approved') return state;
    if (unfinishedExecution(state) !== null) return state;
    const execution: ExecutionState = {
      proposalId: body.proposalId,
      requestedAtMs: atMs,
      claimedAtMs: null,
      status: { at: 'requested' },
      steps: proposal.proposal.steps.map(() => freshStep),
    };
    const proposals = state.proposals.map((p) => (p === proposal ? { ...p, handedOver: true } : p));
    return { ...state, proposals, execution, phase: 'executing' };
  }
  const execution = state.execution;
  if (execution === null || execution.proposalId !== body.proposalId || execution.status.at === 'ended')
    return state;
  switch (body.type) {
    case 'execution-claimed':
      return {
        ...state,
        execution: { ...execution, claimedAtMs: atMs, status: { at: 'claimed', executor: body.executor } },
      };
    case 'step-intended':
      return withStep(state, execution, body.step, (s) => ({
        ...s,
        intents: body.attempt,
        intendedAtMs: s.intendedAtMs ?? atMs,
      }));
    case 'step-ended':
      return {
        ...withStep(state, execution, body.step, (s) => ({ ...s, outcome: body.outcome, endedAtMs: atMs })),
        written:
          body.outcome.result === 'applied'
            ? [...state.written, { proposalId: body.proposalId, step: body.step, atMs, reverted: null }]
            : state.written,
      };
    case 'step-proved':
      return withStep(state, execution, body.step, (s) => ({ ...s, proof: body.detail }));
    case 'step-settled':
      return withStep(state, execution, body.step, (s) => ({
        ...s,
        settled: body.settled,
        settledAtMs: atMs,
      }));
    case 'execution-ended':
      return ended(state, execution, body, atMs);
  }
}

function ended(
  state: Incident,
  execution: ExecutionState,
  body: EventOf<'execution-ended'>,
  atMs: number,
): Incident {
  const status = { at: 'ended' as const, result: body.result, detail: body.detail, atMs };
  // An unknown effect is verified like a done one: the cluster's health is the question then. Nothing done: decide anew.
  const changed = body.result === 'done' || body.result === 'unknown';
  const phase = changed ? 'verifying' : state.symptomsGone ? 'recovering' : 'diagnosed';
  const diagnosis = changed ? state.diagnosis : outdatedDiagnosis(state);
  // Closed meanwhile by a person: how it ended is kept, but it opens nothing again.
  if (state.phase === 'closed') return { ...state, execution: { ...execution, status } };
  return { ...state, execution: { ...execution, status }, diagnosis, phase, passes: [] };
}

function withStep(
  state: Incident,
  execution: ExecutionState,
  step: number,
  change: (s: StepState) => StepState,
): Incident {
  return {
    ...state,
    execution: { ...execution, steps: execution.steps.map((s, i) => (i === step ? change(s) : s)) },
  };
}
