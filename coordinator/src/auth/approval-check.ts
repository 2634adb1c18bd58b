import { judgeApprovals, sealProblem } from '../domain/approval.ts';
import type { Incident, ProposalState } from '../domain/incident.ts';
import type { Principals } from './principals.ts';

/** What the executor asks before the claim and before every write: null when seal and approvals hold, otherwise why not. */
export function createApprovalCheck(deps: {
  approvalKey: string;
  principals: Pick<Principals, 'all'>;
}): (incident: Pick<Incident, 'id' | 'cluster'>, state: ProposalState) => string | null {
  return (incident, state) => {
    const { approvalKey: key, principals } = deps;
    const problem = sealProblem(key, incident, state.proposal);
    if (problem !== null) return problem;
    const verdict = judgeApprovals({ key, incidentId: incident.id, state, principals: principals.all });
    return verdict.ok ? null : verdict.detail;
  };
}
