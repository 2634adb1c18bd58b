import { type ActionRequest, type ActionType, PlannedAction } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { deletePod } from './delete-pod.ts';
import { patchCorefile } from './patch-corefile.ts';
import { patchDaemonSetNodeSelector } from './patch-daemonset-node-selector.ts';
import { patchDaemonSetTolerations } from './patch-daemonset-tolerations.ts';
import { patchNetworkPolicy } from './patch-network-policy.ts';
import type { Refusal } from './refusal.ts';
import { restartDaemonSet } from './restart-daemonset.ts';
import { restartDeployment } from './restart-deployment.ts';
import { scaleCoreDns } from './scale-coredns.ts';

/** Everything that pathmedic may change. `escalate` changes nothing: it is a remedy, not a mutation. */
export const catalogue: Readonly<Record<Exclude<ActionType, 'escalate'>, CatalogueEntry>> = {
  'delete-pod': deletePod,
  'restart-daemonset': restartDaemonSet,
  'patch-daemonset-tolerations': patchDaemonSetTolerations,
  'patch-daemonset-node-selector': patchDaemonSetNodeSelector,
  'patch-corefile': patchCorefile,
  'restart-deployment': restartDeployment,
  'scale-coredns': scaleCoreDns,
  'patch-network-policy': patchNetworkPolicy,
};

export type StepsResult =
  | { ok: true; steps: PlannedAction[] }
  /** `step` is the index of the request that cannot be planned. */
  | { ok: false; step: number; reason: Refusal['reason'] | 'not-an-action'; detail: string };

/**
 * Works out every request against its object as read now (`objects[i]` belongs to `requests[i]`). All or nothing.
 * Two steps on the same object are refused: the first would change what the second was planned on.
 */
export function planSteps(
  requests: readonly ActionRequest[],
  objects: readonly RawObject[],
  facts: ClusterFacts,
  planId: string,
): StepsResult {
  const steps: PlannedAction[] = [];
  const targets = new Set<string>();
  for (const [step, request] of requests.entries()) {
    const object = objects[step];
    const target = formatRef(request.target);
    if (request.type === 'escalate' || object === undefined) {
      return {
        ok: false,
        step,
        reason: 'not-an-action',
        detail: `${request.type} on ${target} cannot be carried out`,
      };
    }
    if (targets.has(target)) {
      return { ok: false, step, reason: 'unsafe', detail: `two steps of one plan would change ${target}` };
    }
    targets.add(target);
    const result = catalogue[request.type].plan({ request, object, facts, planId, managed: 'refuse' });
    if (!result.ok) return { ok: false, step, reason: result.reason, detail: result.detail };
    // Whoever approves has to be able to read all of it.
    if (!PlannedAction.safeParse(result.planned).success) {
      return {
        ok: false,
        step,
        reason: 'unsafe',
        detail: `the change of ${target} is too large to be shown in full`,
      };
    }
    steps.push(result.planned);
  }
  if (steps.length === 0) return { ok: false, step: 0, reason: 'nothing-to-do', detail: 'the plan is empty' };
  return { ok: true, steps };
}

/** Did this step take effect, by the target as it is now (null: gone)? For a write whose answer was lost. */
export function tookEffect(
  step: PlannedAction,
  object: RawObject | null,
  fieldManager: string,
): ReturnType<CatalogueEntry['tookEffect']> {
  const { type } = step.request;
  if (type === 'escalate') return 'no';
  return catalogue[type].tookEffect({ mutation: step.mutation, object, fieldManager });
}
