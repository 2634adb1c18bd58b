import { currentProposal, outdatedDiagnosis, type Incident, type ProposalState } from './incident.ts';
import type { EventOf } from './incident-event.ts';
import type { Actor } from './principal.ts';

function changeProposal(
  state: Incident,
  id: string,
  change: (p: ProposalState) => ProposalState,
): ProposalState[] {
  return state.proposals.map((p) => (p.proposal.id === id ? change(p) : p));
}

/** A person's decision on the latest plan; a second one of two has to follow before it counts. */
export function decided(state: Incident, body: EventOf<'decided'>, by: Actor, atMs: number): Incident {
  const current = currentProposal(state);
  if (current?.proposal.id !== body.proposalId || current.status.at !== 'open') return state;
  if (body.decision === 'rejected') {
    const rejected = {
      at: 'rejected' as const,
      by,
      atMs,
      ...(body.reason === undefined ? {} : { reason: body.reason }),
    };
    return {
      ...state,
      proposals: changeProposal(state, body.proposalId, (p) => ({ ...p, status: rejected })),
      diagnosis: outdatedDiagnosis(state),
      phase: 'diagnosed',
    };
  }
  if (body.approval === null) return state;
  const approvals = [...current.approvals, { by, atMs, row: body.approval }];
  const complete = approvals.length >= current.proposal.approvalsNeeded;
  return {
    ...state,
    proposals: changeProposal(state, body.proposalId, (p) => ({
      ...p,
      approvals,
      status: complete ? { at: 'approved', approvals } : p.status,
    })),
    phase: complete ? 'approved' : state.phase,
  };
}

/** The latest plan is no longer up for decision. */
export function expired(state: Incident, body: EventOf<'proposal-expired'>, atMs: number): Incident {
  const current = currentProposal(state);
  const still =
    current?.proposal.id === body.proposalId &&
    (current.status.at === 'open' || current.status.at === 'approved');
  if (!still) return state;
  const status = { at: 'expired' as const, reason: body.reason, atMs, detail: body.detail };
  const waiting = state.phase === 'awaiting-approval' || state.phase === 'approved';
  return {
    ...state,
    proposals: changeProposal(state, body.proposalId, (p) => ({ ...p, status })),
    diagnosis: outdatedDiagnosis(state),
    phase: waiting ? 'diagnosed' : state.phase,
  };
}
