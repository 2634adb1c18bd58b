import type { ClusterFacts } from '../../facts/cluster-facts.ts';

/** What a Service had behind it when it last had anything. */
export interface ServiceMemory {
  /** Ready endpoints were listed then. */
  backedMs: number;
  selector: Readonly<Record<string, string>>;
  /** Names of the pods behind it then, at most twenty. */
  pods: readonly string[];
}

/** By `namespace/name`; only what this leader has seen. */
export type ServiceHistory = ReadonlyMap<string, ServiceMemory>;

const remembered = 20;

/**
 * Remembers which Services have ready endpoints: one that loses them all is news, one that never had any is somebody's
 * choice. What could not be read changes nothing.
 */
export function rememberServices(before: ServiceHistory, facts: ClusterFacts, nowMs: number): ServiceHistory {
  const unreadable = facts.unknown.some(({ what }) => what === 'endpointSlices' || what === 'services');
  if (unreadable) return before;
  const ready = readyPods(facts);
  const next = new Map<string, ServiceMemory>();
  for (const { meta, selector } of facts.services) {
    const key = `${meta.namespace}/${meta.name}`;
    const pods = ready.get(key);
    const memory = pods === undefined ? before.get(key) : { backedMs: nowMs, selector, pods };
    if (memory !== undefined) next.set(key, memory);
  }
  return next;
}

function readyPods(facts: ClusterFacts): Map<string, string[]> {
  const byService = new Map<string, string[]>();
  for (const { meta, service, endpoints } of facts.endpointSlices) {
    for (const endpoint of endpoints) {
      if (!endpoint.ready || endpoint.terminating) continue;
      const key = `${meta.namespace}/${service}`;
      const pods = byService.get(key) ?? [];
      if (pods.length < remembered) pods.push(endpoint.pod);
      byService.set(key, pods);
    }
  }
  return byService;
}
