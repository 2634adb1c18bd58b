import { isActive } from '../../facts/pod-lookups.ts';
import type { PodRecord } from '../../facts/records.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded, nameNodes } from './observation.ts';

/** S3: one address, two running pods. Host-network, finished and terminating pods share addresses rightly. */
export function podAddresses({ facts, nowMs, settings }: Observation): Observed[] {
  const holders = new Map<string, PodRecord[]>();
  for (const pod of facts.pods) {
    if (pod.hostNetwork || !isActive(pod) || pod.phase !== 'Running') continue;
    for (const ip of new Set(pod.ips)) holders.set(ip, [...(holders.get(ip) ?? []), pod]);
  }
  const shared = [...holders].filter(([, pods]) => pods.length > 1);
  if (shared.length === 0) return [];
  const pods = [...new Map(shared.flatMap(([, two]) => two).map((pod) => [pod.meta.uid, pod])).values()];
  const nodes = [...new Set(pods.map(({ nodeName }) => nodeName))].toSorted();
  return [
    {
      holdMs: settings.clusterHoldMs,
      symptom: bounded({
        kind: 'pod-addresses',
        key: 'duplicate-addresses',
        scope: { type: 'nodes', nodes: nodes.slice(0, 200) },
        component: null,
        headline: `${shared.length} pod ${shared.length === 1 ? 'address is' : 'addresses are'} used twice, on ${nameNodes(nodes)}`,
        sinceMs: Math.min(nowMs, Math.max(...pods.map(({ meta }) => meta.createdMs))),
        lines: shared
          .slice(0, 8)
          .map(
            ([ip, two]) =>
              `${ip}: ${two.map(({ meta, nodeName }) => `${meta.namespace}/${meta.name} on ${nodeName}`).join(', ')}`,
          ),
        affected: {
          nodes,
          namespaces: [],
          objects: pods
            .slice(0, 50)
            .map(({ meta }) => ({ kind: 'Pod', namespace: meta.namespace, name: meta.name, uid: meta.uid })),
        },
        pathIds: [],
        lossRate: null,
      }),
    },
  ];
}
