import { z } from 'zod';
import { formatRef } from '../domain/object-ref.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import type { DeploymentRecord } from '../facts/records.ts';
import { restartByHand } from './by-hand.ts';
import type { CatalogueEntry, PlanResult } from './catalogue-entry.ts';
import { refuseRestartIfManaged } from './managed-elsewhere.ts';
import { guards, plannedPatch } from './planned-step.ts';
import { type Refusal, refuse } from './refusal.ts';
import { ANNOTATIONS, restartStamp, restartTookEffect } from './template-restart.ts';
import { deploymentTarget } from './workload-target.ts';

const Params = z.strictObject({});

/** Deployments that belong to a CNI, by the names of the projects' own manifests. */
const CNI_CONTROLLERS =
  /^(calico-(typha|kube-controllers)|cilium-operator|antrea-controller|ovnkube-master)$/;
const TIMEOUT_MS = 300_000;

function refuseUnsafe(record: DeploymentRecord, facts: ClusterFacts): Refusal | null {
  const { namespace, name } = record.meta;
  const isDns = clusterDns(facts).deployment?.meta.uid === record.meta.uid;
  if (!isDns && !CNI_CONTROLLERS.test(name)) {
    return refuse(
      'wrong-target',
      `Deployment ${namespace}/${name} is neither the cluster DNS nor part of the CNI`,
    );
  }
  if (record.paused)
    return refuse('unsafe', `Deployment ${namespace}/${name} is paused: a restart would not begin`);
  if (record.replicas === 0)
    return refuse('nothing-to-do', `Deployment ${namespace}/${name} has no replicas`);
  if (record.strategy === 'Recreate' && record.available > 0) {
    return refuse('unsafe', `strategy Recreate would take down all ${record.available} working pods first`);
  }
  return null;
}

function plan(input: Parameters<CatalogueEntry['plan']>[0]): PlanResult {
  const params = Params.safeParse(input.request.params);
  if (!params.success) return refuse('invalid-params', z.prettifyError(params.error));
  const found = deploymentTarget(input);
  if (!found.ok) return found;
  const { target, record } = found;
  const refusal = refuseRestartIfManaged(target, input) ?? refuseUnsafe(record, input.facts);
  if (refusal !== null) return refusal;
  const reads = [ANNOTATIONS, '/spec/replicas', '/spec/strategy', '/spec/paused'];
  const stamp = restartStamp(input.object, input.planId);
  const serving =
    record.available === 0 ? 'none of them serves now' : `${record.available} of them serve now`;
  const planned = plannedPatch(
    { ...input, target },
    [...guards(input.object, target, reads), ...stamp.patch],
    reads,
    {
      title: `Restart ${formatRef(target.ref)}`,
      diff: stamp.diff,
      reach: `Replaces ${record.replicas} pods by rolling update; ${serving}. An old pod goes only once a new one is ready or within maxUnavailable.`,
      undo: 'A restart cannot be undone; the stamp on the template is harmless.',
      preconditions: [`${formatRef(target.ref)} still has ${record.replicas} replicas and is not paused`],
      settle: { type: 'rollout', target: target.ref, timeoutMs: TIMEOUT_MS },
      byHand: restartByHand(target.ref, TIMEOUT_MS),
    },
  );
  return { ok: true, planned };
}

export const restartDeployment: CatalogueEntry = {
  type: 'restart-deployment',
  params: Params,
  plan,
  tookEffect: restartTookEffect,
};
