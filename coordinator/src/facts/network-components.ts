import type { ClusterFacts } from './cluster-facts.ts';
import { cniFlavourOf } from './cni-flavour.ts';
import { clusterDns } from './coredns-objects.ts';
import type { PodRecord } from './records.ts';

/** Which part of the network a pod is. */
export type NetworkComponent = 'CNI agent' | 'CoreDNS' | 'kube-proxy' | 'pathmedic';

/**
 * The pods that carry the cluster's network or watch it, by who owns them and not by their names; everything else is
 * somebody's workload, whose logs are nobody else's business.
 */
export function networkPods(facts: ClusterFacts): Map<PodRecord, NetworkComponent> {
  const owners = new Map<string, NetworkComponent>();
  for (const daemonSet of facts.daemonSets) {
    if (cniFlavourOf(daemonSet) !== null) owners.set(daemonSet.meta.uid, 'CNI agent');
    else if (daemonSet.meta.namespace === 'kube-system' && daemonSet.meta.name === 'kube-proxy')
      owners.set(daemonSet.meta.uid, 'kube-proxy');
  }
  const dns = new Set(clusterDns(facts).pods.map(({ meta }) => meta.uid));
  const found = new Map<PodRecord, NetworkComponent>();
  for (const pod of facts.pods) {
    const owned = pod.meta.owner === null ? undefined : owners.get(pod.meta.owner.uid);
    const component = owned ?? (dns.has(pod.meta.uid) ? 'CoreDNS' : ownPart(pod));
    if (component !== null) found.set(pod, component);
  }
  return found;
}

function ownPart(pod: PodRecord): NetworkComponent | null {
  return pod.meta.labels['app.kubernetes.io/part-of'] === 'pathmedic' ? 'pathmedic' : null;
}
