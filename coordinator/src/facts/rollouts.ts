import type { ClusterFacts } from './cluster-facts.ts';
import { formatRef, type ObjectRef } from '../domain/object-ref.ts';
import { refOf } from './object-ref-of.ts';
import type { DaemonSetRecord, DeploymentRecord } from './records.ts';

/** Where a roll-out stands. `waits` names what is missing, in words with numbers. */
export type Rollout = { state: 'settled' } | { state: 'rolling' | 'paused'; waits: string };

/** DaemonSet: the controller saw the last change, every pod is of the new template and available. */
export function daemonSetRollout(daemonSet: DaemonSetRecord): Rollout {
  const { meta, desired, updated, ready, unavailable, updateStrategy } = daemonSet;
  if (daemonSet.observedGeneration < meta.generation) {
    return { state: 'rolling', waits: 'the DaemonSet controller has not seen the last change yet' };
  }
  if (updateStrategy === 'RollingUpdate' && updated < desired) {
    return { state: 'rolling', waits: `${updated} of ${desired} pods updated` };
  }
  if (ready < desired || unavailable > 0)
    return { state: 'rolling', waits: `${ready} of ${desired} pods ready` };
  return { state: 'settled' };
}

/** Deployment: as `kubectl rollout status` decides it. */
export function deploymentRollout(deployment: DeploymentRecord): Rollout {
  const { meta, replicas, updated, available, statusReplicas } = deployment;
  if (deployment.paused) return { state: 'paused', waits: 'the roll-out is paused' };
  if (deployment.observedGeneration < meta.generation) {
    return { state: 'rolling', waits: 'the Deployment controller has not seen the last change yet' };
  }
  if (updated < replicas) return { state: 'rolling', waits: `${updated} of ${replicas} pods updated` };
  if (statusReplicas > updated) {
    return { state: 'rolling', waits: `${statusReplicas - updated} of the old pods still there` };
  }
  if (available < updated) return { state: 'rolling', waits: `${available} of ${updated} pods available` };
  return { state: 'settled' };
}

export interface UnsettledRollout {
  ref: ObjectRef;
  rollout: Exclude<Rollout, { state: 'settled' }>;
  text: string;
}

function unsettled(ref: ObjectRef, rollout: Rollout): UnsettledRollout[] {
  if (rollout.state === 'settled') return [];
  return [{ ref, rollout, text: `${formatRef(ref)}: ${rollout.waits}` }];
}

/** Every DaemonSet and Deployment that has not settled, in words. */
export function rolloutsInProgress(facts: ClusterFacts): UnsettledRollout[] {
  return [
    ...facts.daemonSets.flatMap((daemonSet) =>
      unsettled(refOf('DaemonSet', daemonSet.meta), daemonSetRollout(daemonSet)),
    ),
    ...facts.deployments.flatMap((deployment) =>
      unsettled(refOf('Deployment', deployment.meta), deploymentRollout(deployment)),
    ),
  ];
}
