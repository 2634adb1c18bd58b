import type { Json, Settle } from '../domain/action.ts';
import type { RawObject } from '../domain/raw-object.ts';

export type SettleState = { at: 'settled'; detail?: string } | { at: 'settling'; detail: string };

/** Whether a workload's roll-out has settled: the controller has seen the newest template and all pods are new and ready. Pure. */
export function rolloutState(object: RawObject): SettleState {
  const generation = numberAt(object, 'metadata', 'generation') ?? 0;
  const observed = numberAt(object, 'status', 'observedGeneration') ?? 0;
  if (observed < generation) return { at: 'settling', detail: 'its controller has not seen the change yet' };
  return object['kind'] === 'DaemonSet' ? daemonSetState(object) : deploymentState(object);
}

function daemonSetState(object: RawObject): SettleState {
  const desired = numberAt(object, 'status', 'desiredNumberScheduled') ?? 0;
  const updated = numberAt(object, 'status', 'updatedNumberScheduled') ?? 0;
  const ready = numberAt(object, 'status', 'numberReady') ?? 0;
  if (updated >= desired && ready >= desired) return { at: 'settled' };
  return { at: 'settling', detail: `${updated} of ${desired} pods updated, ${ready} ready` };
}

function deploymentState(object: RawObject): SettleState {
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const updated = numberAt(object, 'status', 'updatedReplicas') ?? 0;
  const available = numberAt(object, 'status', 'availableReplicas') ?? 0;
  const total = numberAt(object, 'status', 'replicas') ?? 0;
  if (updated >= wanted && available >= wanted && total <= updated) return { at: 'settled' };
  return { at: 'settling', detail: `${updated} of ${wanted} pods updated, ${available} available` };
}

/** A deleted pod has been replaced: it is gone, and its owner is complete again. `pod` null: not there any more. */
export function replacedState(
  settle: Extract<Settle, { type: 'replaced' }>,
  pod: RawObject | null,
  owner: RawObject,
): SettleState {
  const metadata = pod?.['metadata'];
  const uid =
    typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
      ? metadata['uid']
      : undefined;
  if (pod !== null && uid === settle.pod.uid)
    return { at: 'settling', detail: 'the old pod is still going away' };
  return rolloutState(owner);
}

function numberAt(object: RawObject, ...path: string[]): number | null {
  let value: Json | undefined = object;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    value = value[key];
  }
  return typeof value === 'number' ? value : null;
}
