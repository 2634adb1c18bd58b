import type { ClusterFacts } from './cluster-facts.ts';
import { matchesLabels } from './label-selector.ts';
import type { EventRecord, PodRecord } from './records.ts';

/** Pods that the object with that UID controls. */
export function podsOwnedBy(facts: ClusterFacts, ownerUid: string): PodRecord[] {
  return facts.pods.filter((pod) => pod.meta.owner?.uid === ownerUid);
}

/** Pods of a namespace that a plain label map selects; an empty map selects none, as in a Service without selector. */
export function podsSelectedBy(
  facts: ClusterFacts,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): PodRecord[] {
  if (Object.keys(selector).length === 0) return [];
  return facts.pods.filter(
    (pod) => pod.meta.namespace === namespace && matchesLabels(pod.meta.labels, selector),
  );
}

/** True while the pod occupies its place: not finished, not on its way out. */
export function isActive(pod: PodRecord): boolean {
  return pod.meta.deletingSinceMs === null && pod.phase !== 'Succeeded' && pod.phase !== 'Failed';
}

/** Events about one object, latest first. */
export function eventsOf(
  facts: ClusterFacts,
  object: { kind: string; namespace: string; name: string },
): EventRecord[] {
  return facts.events
    .filter(
      ({ object: about }) =>
        about.kind === object.kind && about.namespace === object.namespace && about.name === object.name,
    )
    .toSorted((a, b) => b.lastMs - a.lastMs);
}
