import type { DecisionRefusal } from '../domain/approval.ts';
import type { ProposalState } from '../domain/incident.ts';
import { actorWithPlace } from './actor-name.ts';
import { formatClockTime } from './clock-time.ts';

/** One sentence for the person whose decision was not taken: what stands in the way, and what to do about it. */
export function refusalSentence(
  reason: DecisionRefusal,
  context: { state: ProposalState | null; cluster: string; approvers: readonly string[] },
): string {
  const { state, cluster } = context;
  switch (reason) {
    case 'no-such-proposal':
      return 'That plan is not known. Open the conversation to see what is up for approval now.';
    case 'superseded':
      return 'A newer plan has taken the place of this one, because the cluster has changed. Open the conversation to see it.';
    case 'already-approved':
      return `Already approved${approvedBy(state)}.`;
    case 'already-rejected':
      return `Already rejected${rejectedBy(state)}.`;
    case 'expired':
      return `The time to decide was over at ${state === null ? 'its end' : formatClockTime(state.proposal.expiresAtMs)}. Nothing was changed.`;
    case 'not-an-approver':
      return `You are not on the list of approvers for remediation in ${cluster}. ${askOneOf(context.approvers)}`;
    case 'requester':
      return `You asked for this plan, so somebody else has to approve it. ${askOneOf(context.approvers)}`;
    case 'second-person-needed':
      return `You have approved this plan already; a second person is needed. ${askOneOf(context.approvers)}`;
    case 'advise-mode':
      return 'pathmedic runs in advise mode here and may not change anything. The card says what to run by hand.';
    case 'recovered':
      return 'The symptoms are gone, so nothing needs to be changed. pathmedic checks that it stays so.';
    case 'taken-over':
      return 'A person has taken over this incident. Write "hand back" in the conversation to let pathmedic go on.';
  }
}

function askOneOf(approvers: readonly string[]): string {
  if (approvers.length === 0) return 'Nobody is: add approvers to the principals file.';
  const shown = approvers.slice(0, 8).map((name) => `@${name}`);
  const rest = approvers.length - shown.length;
  return `Ask one of: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`;
}

function approvedBy(state: ProposalState | null): string {
  const last = state?.approvals.at(-1);
  return last === undefined ? '' : ` by ${actorWithPlace(last.by)} at ${formatClockTime(last.atMs)}`;
}

function rejectedBy(state: ProposalState | null): string {
  if (state?.status.at !== 'rejected') return '';
  return ` by ${actorWithPlace(state.status.by)} at ${formatClockTime(state.status.atMs)}`;
}
