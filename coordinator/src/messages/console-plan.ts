import type {
  DiffLine,
  MayDecide,
  PlanView,
  StepProgress,
  StepView,
} from '@pathmedic/shared/contract/console.ts';
import type { PlannedAction } from '../domain/action.ts';
import { judgeDecision } from '../domain/approval.ts';
import type { ExecutionState, Incident, ProposalState, StepState } from '../domain/incident.ts';
import { currentProposal } from '../domain/incident.ts';
import type { Actor, Principal } from '../domain/principal.ts';
import { actorName, actorWithPlace, viaWords } from './actor-name.ts';
import { formatClockTime } from './clock-time.ts';
import { refusalSentence } from './decision-sentence.ts';
import { expiryWords } from './expiry-words.ts';
import { refusalWords } from './refusal-words.ts';
import { mayApprove } from './slack-context.ts';

/** Who looks at the plan, when, and who may decide. */
export interface PlanContext {
  principal: Principal;
  approvers: readonly string[];
  requestedBy: Actor;
  nowMs: number;
}

/** The latest plan with everything that a person has to read before approving it; null before the first. */
export function planView(incident: Incident, context: PlanContext): PlanView | null {
  const state = currentProposal(incident);
  if (state === null) return null;
  const { proposal } = state;
  const execution = incident.execution?.proposalId === proposal.id ? incident.execution : null;
  return {
    id: proposal.id,
    title: proposal.title,
    why: proposal.why,
    cause: proposal.cause,
    mode: proposal.mode,
    dryRun: dryRunView(proposal.dryRun),
    verification: proposal.verification,
    steps: proposal.steps.map((step, i) => stepView(step, execution, i)),
    approvers: [...mayApprove(state, context.approvers)],
    approvalsNeeded: proposal.approvalsNeeded,
    approvals: state.approvals.map(({ by, atMs }) => ({
      by: actorName(by),
      place: by.type === 'person' ? viaWords[by.via] : '',
      atMs,
    })),
    proposedAtMs: state.proposedAtMs,
    expiresAtMs: proposal.expiresAtMs,
    status: planStatus(state),
    approve: mayDecide(incident, state, 'approved', context),
    reject: mayDecide(incident, state, 'rejected', context),
  };
}

function dryRunView(dryRun: 'server-passed' | 'local-validated'): PlanView['dryRun'] {
  return dryRun === 'server-passed'
    ? { server: true, words: 'The API server has accepted this change in a dry run' }
    : { server: false, words: 'Checked locally; the API server has not been asked' };
}

/** Plans before the current one, newest first. */
export function earlierPlans(
  incident: Incident,
): { title: string; icon: string; words: string; atMs: number }[] {
  return incident.proposals
    .slice(0, -1)
    .toReversed()
    .map((state) => {
      const { icon, words } = planStatus(state);
      return { title: state.proposal.title, icon, words, atMs: state.proposedAtMs };
    });
}

function planStatus({ status, proposal, approvals }: ProposalState): PlanView['status'] {
  switch (status.at) {
    case 'open': {
      const missing = proposal.approvalsNeeded - approvals.length;
      const detail = approvals.length > 0 ? `${missing} more approval by another person is needed` : '';
      return { at: 'open', icon: '🟠', words: 'Waiting for approval', detail };
    }
    case 'approved': {
      const by = status.approvals.map((approval) => actorWithPlace(approval.by)).join(' and ');
      return { at: 'approved', icon: '👍', words: `Approved by ${by}`, detail: '' };
    }
    case 'rejected':
      return {
        at: 'rejected',
        icon: '✋',
        words: `Rejected by ${actorWithPlace(status.by)}`,
        detail: status.reason ?? '',
      };
    case 'expired':
      return {
        at: 'expired',
        icon: '⌛',
        words: `No longer up for approval: ${expiryWords(status.reason)}`,
        detail: `${status.detail} (${formatClockTime(status.atMs)})`,
      };
  }
}

function mayDecide(
  incident: Incident,
  state: ProposalState,
  decision: 'approved' | 'rejected',
  context: PlanContext,
): MayDecide {
  const { principal, requestedBy, nowMs } = context;
  const proposalId = state.proposal.id;
  const verdict = judgeDecision({ incident, proposalId, principal, decision, requestedBy, nowMs });
  if (verdict.ok) return { ok: true };
  const approvers = context.approvers.filter((name) => name !== principal.name);
  const sentence = refusalSentence(verdict.reason, { state, cluster: incident.cluster, approvers });
  return { ok: false, reason: verdict.reason, sentence };
}

function stepView(step: PlannedAction, execution: ExecutionState | null, index: number): StepView {
  const progress = execution?.steps[index];
  return {
    title: step.title,
    diff: diffLines(step.diff),
    reach: step.reach,
    undo: step.undo,
    preconditions: step.preconditions,
    byHand: step.byHand,
    progress: progress === undefined ? null : stepProgress(progress, execution?.status.at === 'ended'),
  };
}

/** Lines of a unified diff without its headers: first character says what happens to the line. */
export function diffLines(diff: string): DiffLine[] {
  return diff
    .replace(/\n$/, '')
    .split('\n')
    .map((text): DiffLine => {
      if (text.startsWith('+')) return { kind: 'add', text: text.slice(1) };
      if (text.startsWith('-')) return { kind: 'remove', text: text.slice(1) };
      return { kind: 'same', text: text.startsWith(' ') ? text.slice(1) : text };
    });
}

function stepProgress(step: StepState, ended: boolean): StepProgress {
  const times = {
    intendedAtMs: step.intendedAtMs,
    endedAtMs: step.endedAtMs,
    settledAtMs: step.settledAtMs,
  };
  if (step.outcome === null) return { ...beforeOutcome(step, ended), ...times };
  switch (step.outcome.result) {
    case 'refused':
      return { at: 'not-done', words: `Not done: ${refusalWords(step.outcome.reason)}`, ...times };
    case 'unknown':
      return { at: 'unknown', words: 'It is not known whether this took effect', ...times };
    case 'applied':
      return { ...afterWrite(step.settled), ...times };
  }
}

function beforeOutcome(step: StepState, ended: boolean): Pick<StepProgress, 'at' | 'words'> {
  if (step.intents > 0) return { at: 'writing', words: 'Writing' };
  return ended ? { at: 'not-done', words: 'Not begun' } : { at: 'waiting', words: 'Waiting for its turn' };
}

function afterWrite(settled: boolean | null): Pick<StepProgress, 'at' | 'words'> {
  if (settled === null) return { at: 'settling', words: 'Written; waiting for it to take effect' };
  return settled
    ? { at: 'done', words: 'Done and settled' }
    : { at: 'unknown', words: 'Written, but it did not settle in time' };
}
