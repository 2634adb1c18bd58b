import type { Incident, ProposalState } from '../domain/incident.ts';
import type { StepResult } from '../domain/incident-event.ts';
import type { ExecutorDeps } from './executor-deps.ts';

export type Refused = Extract<StepResult, { result: 'refused' }>;

/** Why the plan must not be carried out now, or null. Asked before the claim and again before every write. */
export async function obstacleTo(
  deps: ExecutorDeps,
  incident: Incident,
  current: ProposalState,
): Promise<Refused | null> {
  const refused = (reason: Refused['reason'], detail: string) =>
    ({ result: 'refused', reason, detail: detail.slice(0, 400) }) as const;
  const invalid = deps.checkApproval(incident.id, current);
  if (invalid !== null) return refused('invalid-approval', invalid);
  const [nowMs, pause, storeEpoch, clusterEpoch] = await Promise.all([
    deps.store.nowMs(),
    deps.store.pause(),
    deps.store.epoch(),
    deps.claims.readEpoch(),
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
  if (nowMs >= current.proposal.expiresAtMs) return refused('expired', 'The approval has expired.');
  return null;
}
