import { z } from 'zod';
import { formatRef } from '../domain/object-ref.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { scaleByHand } from './by-hand.ts';
import type { CatalogueEntry, PlanResult } from './catalogue-entry.ts';
import { fieldDiff } from './field-diff.ts';
import { valueAt } from './json-pointer.ts';
import { refuseIfManaged } from './managed-elsewhere.ts';
import { patchTookEffect } from './patch-effect.ts';
import { guards, plannedPatch } from './planned-step.ts';
import { type Refusal, refuse } from './refusal.ts';
import { deploymentTarget } from './workload-target.ts';

/** Only ever upwards. */
export const ScaleParams = z.strictObject({ replicas: z.number().int().min(1).max(20) });

const REPLICAS = '/spec/replicas';
const TIMEOUT_MS = 180_000;

/** A running autoscaler of the cluster DNS decides the number itself. */
function refuseIfAutoscaled(facts: ClusterFacts): Refusal | null {
  const scaler = facts.deployments.find(
    ({ meta, replicas }) => /^(kube-|core)?dns-autoscaler$/.test(meta.name) && replicas > 0,
  );
  if (scaler === undefined) return null;
  return refuse(
    'managed-elsewhere',
    `Deployment ${scaler.meta.namespace}/${scaler.meta.name} decides how many replicas there are: look at its ConfigMap`,
  );
}

function plan(input: Parameters<CatalogueEntry['plan']>[0]): PlanResult {
  const params = ScaleParams.safeParse(input.request.params);
  if (!params.success) return refuse('invalid-params', z.prettifyError(params.error));
  const found = deploymentTarget(input);
  if (!found.ok) return found;
  const { target } = found;
  const name = formatRef(target.ref);
  if (clusterDns(input.facts).deployment?.meta.uid !== target.ref.uid) {
    return refuse('wrong-target', `${name} is not the cluster DNS`);
  }
  const refusal = refuseIfManaged(target, input) ?? refuseIfAutoscaled(input.facts);
  if (refusal !== null) return refusal;
  const present = valueAt(input.object, REPLICAS);
  const from = present.found && typeof present.value === 'number' ? present.value : 1;
  const { replicas } = params.data;
  if (from >= replicas) return refuse('nothing-to-do', `${name} already has ${from} replicas`);
  const patch = [
    ...guards(input.object, target, [REPLICAS]),
    { op: present.found ? ('replace' as const) : ('add' as const), path: REPLICAS, value: replicas },
  ];
  const planned = plannedPatch({ ...input, target }, patch, [REPLICAS], {
    title: `Scale ${name} from ${from} to ${replicas} replicas`,
    diff: fieldDiff('spec', 'replicas', present, { found: true, value: replicas }),
    reach: `Starts ${replicas - from} CoreDNS ${replicas - from === 1 ? 'pod' : 'pods'}; nothing that runs now is touched.`,
    undo: `Scale it back to ${from}.`,
    preconditions: [`${name} still has ${from} replicas`],
    settle: { type: 'rollout', target: target.ref, timeoutMs: TIMEOUT_MS },
    byHand: scaleByHand(target.ref, from, replicas, TIMEOUT_MS),
  });
  return { ok: true, planned };
}

export const scaleCoreDns: CatalogueEntry = {
  type: 'scale-coredns',
  params: ScaleParams,
  plan,
  tookEffect: patchTookEffect,
};
