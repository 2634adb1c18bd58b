import { judgeApprovals } from '../domain/approval.ts';
import type { ProposalState } from '../domain/incident.ts';
import type { Principals } from './principals.ts';

/** What the executor asks before the claim and before every write: null when the approvals hold, otherwise why not. */
export function createApprovalCheck(deps: {
  approvalKey: string;
  principals: Pick<Principals, 'all'>;
}): (incidentId: string, state: ProposalState) => string | null {
  return (incidentId, state) => {
    const { approvalKey: key, principals } = deps;
    const verdict = judgeApprovals({ key, incidentId, state, principals: principals.all });
    return verdict.ok ? null : verdict.detail;
  };
}
