import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Incident, ProposalState } from './incident.ts';
import { currentProposal } from './incident.ts';
import type { IncidentEvent } from './incident-event.ts';
import type { Actor, Principal } from './principal.ts';
import type { Proposal } from './proposal.ts';

/** Why a decision is not taken. Fixed names: answers, logs and metrics use them. */
export type DecisionRefusal =
  | 'no-such-proposal'
  | 'superseded'
  | 'already-approved'
  | 'already-rejected'
  | 'expired'
  | 'not-an-approver'
  | 'requester'
  | 'second-person-needed'
  | 'advise-mode'
  | 'recovered'
  | 'taken-over';

export type DecisionVerdict =
  /** `completes`: with this one the plan has all the approvals it needs (always true for a rejection). */
  { ok: true; proposal: ProposalState; completes: boolean } | { ok: false; reason: DecisionRefusal };

export interface DecisionQuestion {
  incident: Incident;
  proposalId: string;
  principal: Principal;
  decision: 'approved' | 'rejected';
  /** Who asked for the plan: never counts as an approver of it. */
  requestedBy: Actor;
  /** The store's clock. */
  nowMs: number;
}

/**
 * May this person decide on this plan now? Pure: expiry counts by the store's clock, people are compared as principals,
 * and only the latest proposal can be decided on.
 */
export function judgeDecision(question: DecisionQuestion): DecisionVerdict {
  const { incident, proposalId, principal, decision, nowMs } = question;
  const proposal = incident.proposals.find((state) => state.proposal.id === proposalId);
  if (proposal === undefined) return { ok: false, reason: 'no-such-proposal' };
  if (!principal.roles.includes('approver')) return { ok: false, reason: 'not-an-approver' };
  const closed = closedReason(incident, proposal, nowMs);
  if (closed !== null) return { ok: false, reason: closed };
  if (decision === 'rejected') return { ok: true, proposal, completes: true };
  return judgeApproval(question, proposal);
}

function closedReason(incident: Incident, state: ProposalState, nowMs: number): DecisionRefusal | null {
  switch (state.status.at) {
    case 'approved':
      return 'already-approved';
    case 'rejected':
      return 'already-rejected';
    case 'expired':
      return expiredReason(state.status.reason);
    case 'open':
      break;
  }
  if (currentProposal(incident) !== state) return 'superseded';
  if (nowMs >= state.proposal.expiresAtMs) return 'expired';
  if (incident.symptomsGone) return 'recovered';
  // The symptoms went and came back before the card was withdrawn: they are looked at afresh.
  return incident.phase === 'awaiting-approval' ? null : 'superseded';
}

function expiredReason(
  reason: 'time' | 'recovered' | 'changed' | 'superseded' | 'taken-over',
): DecisionRefusal {
  switch (reason) {
    case 'time':
      return 'expired';
    case 'changed':
    case 'superseded':
      return 'superseded';
    case 'recovered':
      return 'recovered';
    case 'taken-over':
      return 'taken-over';
  }
}

function judgeApproval(question: DecisionQuestion, proposal: ProposalState): DecisionVerdict {
  const { incident, principal, requestedBy } = question;
  if (incident.takenOverBy !== null) return { ok: false, reason: 'taken-over' };
  if (proposal.proposal.mode === 'advise') return { ok: false, reason: 'advise-mode' };
  if (isPerson(requestedBy, principal.name)) return { ok: false, reason: 'requester' };
  if (proposal.approvals.some((approval) => isPerson(approval.by, principal.name)))
    return { ok: false, reason: 'second-person-needed' };
  return {
    ok: true,
    proposal,
    completes: proposal.approvals.length + 1 >= proposal.proposal.approvalsNeeded,
  };
}

function isPerson(actor: Actor, name: string): boolean {
  return actor.type === 'person' && actor.name === name;
}

/** Who asked for a plan, from the event that proposed it; pathmedic itself where a runbook did. */
export function requesterOf(events: readonly IncidentEvent[], proposalId: string): Actor {
  const drafted = events.find(({ body }) => body.type === 'drafted' && body.proposal.id === proposalId);
  const asked = drafted?.body.type === 'drafted' ? drafted.body.asked : undefined;
  const request = asked === undefined ? undefined : events[asked - 1];
  if (request?.body.type === 'asked') return request.actor;
  const proposed = events.find(({ body }) => body.type === 'proposed' && body.proposal.id === proposalId);
  return proposed?.actor ?? { type: 'pathmedic', role: 'coordinator' };
}

/** The plan and the person that an approval row holds together. */
export interface ApprovalBinding {
  incidentId: string;
  proposal: Pick<Proposal, 'id' | 'planHash' | 'expiresAtMs' | 'approvalsNeeded'>;
  principal: string;
}

/**
 * The approval row: HMAC-SHA256 (hex) over incident, plan hash, expiry, number of approvals needed and principal. The key
 * is not in the store, so a row that was written there by other means does not pass the executor.
 * The moment of the click is not part of it: the store's clock sets it, and the audit chain holds it.
 */
export function approvalRow(key: string, binding: ApprovalBinding): string {
  const { incidentId, proposal, principal } = binding;
  // A JSON array: unlike joined text it has only one reading.
  const bound = JSON.stringify([
    'pathmedic-approval-v1',
    incidentId,
    proposal.id,
    proposal.planHash,
    proposal.expiresAtMs,
    proposal.approvalsNeeded,
    principal,
  ]);
  return createHmac('sha256', key).update(bound).digest('hex');
}

export function approvalRowHolds(key: string, row: string, binding: ApprovalBinding): boolean {
  return sameDigest(row, approvalRow(key, binding));
}

/** Compares in constant time. What is not hex would be cut off by the decoding, so the texts are to be of one length, too. */
function sameDigest(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given, 'hex'), Buffer.from(expected, 'hex')];
  return given.length === expected.length && a.length === b.length && timingSafeEqual(a, b);
}

/** A plan as the coordinator made it, for that incident of that cluster: what the card says beside the plan's own words. */
export interface SealBinding {
  incident: Pick<Incident, 'id' | 'cluster'>;
  proposal: Pick<Proposal, 'id' | 'planHash'>;
}

/**
 * The seal of a plan: HMAC-SHA256 (hex) over incident, cluster and plan hash. An approval shows what a person agreed to;
 * the seal shows that the coordinator had proposed it, and not somebody who can write to the store.
 */
export function proposalSeal(key: string, { incident, proposal }: SealBinding): string {
  const bound = JSON.stringify([
    'pathmedic-proposal-v1',
    incident.id,
    incident.cluster,
    proposal.id,
    proposal.planHash,
  ]);
  return createHmac('sha256', key).update(bound).digest('hex');
}

/** Why the seal of a plan does not hold; null when it does. The hash itself has to be recomputed elsewhere. */
export function sealProblem(
  key: string,
  incident: SealBinding['incident'],
  proposal: Proposal,
): string | null {
  if (proposal.seal === undefined)
    return 'The plan has no seal: it was made by an older version of pathmedic, or not by pathmedic.';
  return sameDigest(proposal.seal, proposalSeal(key, { incident, proposal }))
    ? null
    : 'The seal of the plan does not hold: it is not as pathmedic proposed it.';
}

export type ApprovalsVerdict =
  | { ok: true; approvedBy: string[] }
  | { ok: false; reason: 'bad-row' | 'not-an-approver' | 'too-few'; detail: string };

/**
 * Checks what the executor is about to act on: every row holds, its principal may still approve, and
 * enough distinct principals approved.
 */
export function judgeApprovals(input: {
  key: string;
  incidentId: string;
  state: ProposalState;
  principals: readonly Principal[];
}): ApprovalsVerdict {
  const { key, incidentId, state, principals } = input;
  const approvedBy = new Set<string>();
  for (const approval of state.approvals) {
    if (approval.by.type !== 'person')
      return { ok: false, reason: 'bad-row', detail: 'An approval is not from a person.' };
    const { name } = approval.by;
    if (!approvalRowHolds(key, approval.row, { incidentId, proposal: state.proposal, principal: name }))
      return { ok: false, reason: 'bad-row', detail: `The approval recorded for @${name} does not hold.` };
    const principal = principals.find((known) => known.name === name);
    if (principal === undefined || !principal.roles.includes('approver'))
      return {
        ok: false,
        reason: 'not-an-approver',
        detail: `@${name} may not approve this plan (any more).`,
      };
    approvedBy.add(name);
  }
  if (approvedBy.size < state.proposal.approvalsNeeded) {
    const detail = `${approvedBy.size} of ${state.proposal.approvalsNeeded} approvals by distinct people.`;
    return { ok: false, reason: 'too-few', detail };
  }
  return { ok: true, approvedBy: [...approvedBy] };
}
