import { planHash } from '../actions/plan-hash.ts';
import type { Incident, ProposalState } from '../domain/incident.ts';
import type { StepResult } from '../domain/incident-event.ts';
import type { Claims } from '../ports/claim.ts';
import type { IncidentStore } from '../ports/incident-store.ts';
import type { ExecutorDeps } from './executor-deps.ts';

export type Refused = Extract<StepResult, { result: 'refused' }>;

type ObstacleDeps = Pick<ExecutorDeps, 'checkApproval'> & {
  store: Pick<IncidentStore, 'nowMs' | 'pause' | 'epoch' | 'load'>;
  claims: Pick<Claims, 'readEpoch'>;
};

/**
 * Why the plan must not be carried out now, or null. Asked before the claim and again before every write, on the incident
 * as it is then: it may have healed, or been given to people, since the execution was requested.
 */
export async function obstacleTo(
  deps: ObstacleDeps,
  incident: Pick<Incident, 'id' | 'cluster'>,
  current: ProposalState,
): Promise<Refused | null> {
  const refused = (reason: Refused['reason'], detail: string) =>
    ({ result: 'refused', reason, detail: detail.slice(0, 400) }) as const;
  const { proposal } = current;
  // Row and seal bind the hash alone: what was changed in the store since, deed or word, is not what was approved.
  if (planHash(proposal) !== proposal.planHash)
    return refused(
      'invalid-approval',
      'The plan is not the one that was approved: it was changed in the store.',
    );
  const invalid = deps.checkApproval(incident, current);
  if (invalid !== null) return refused('invalid-approval', invalid);
  const [nowMs, pause, storeEpoch, clusterEpoch, loaded] = await Promise.all([
    deps.store.nowMs(),
    deps.store.pause(),
    deps.store.epoch(),
    deps.claims.readEpoch(),
    deps.store.load(incident.id),
  ]);
  if (pause.paused) return refused('paused', `Remediation is paused: ${pause.reason}`);
  if (!clusterEpoch.ok)
    return refused('cluster-unreachable', `The API server does not answer: ${clusterEpoch.detail}`);
  if (clusterEpoch.epoch !== storeEpoch) {
    return refused(
      'paused',
      'Redis is not the one that this cluster knows (lost or restored): a person has to lift the pause.',
    );
  }
  if (nowMs >= proposal.expiresAtMs) return refused('expired', 'The approval has expired.');
  const moved = movedOn(loaded?.incident ?? null, proposal.id);
  return moved === null ? null : refused('expired', moved);
}

/** Whether the incident no longer waits for this plan. Once a step was applied the rest follows also when the symptoms go. */
function movedOn(now: Incident | null, proposalId: string): string | null {
  const execution = now?.execution ?? null;
  if (now === null || execution?.proposalId !== proposalId || execution.status.at === 'ended')
    return 'The incident does not wait for this plan any more.';
  if (now.phase !== 'executing')
    return `The incident has moved on (${now.phase}) while the plan waited; it is not begun any more.`;
  const begun = execution.steps.some((step) => step.outcome?.result === 'applied');
  return now.symptomsGone && !begun ? 'The symptoms are gone; nothing needs to be changed.' : null;
}
