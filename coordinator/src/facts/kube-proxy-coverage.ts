import type { ClusterFacts } from './cluster-facts.ts';
import { type AgentOnNode, agentsOnNodes } from './cni-coverage.ts';
import type { DaemonSetRecord } from './records.ts';

/** The DaemonSets of kube-proxy (one per operating system); none where it is built in (k3s) or replaced (eBPF). */
export function kubeProxySets(facts: ClusterFacts): DaemonSetRecord[] {
  return facts.daemonSets.filter(
    ({ meta, template }) =>
      /^kube-proxy(-windows)?$/.test(meta.name) || template.labels['k8s-app'] === 'kube-proxy',
  );
}

/** How kube-proxy stands on every node that needs it; empty where it is not run by a DaemonSet, and where that is unknown. */
export function kubeProxyCoverage(facts: ClusterFacts): AgentOnNode[] {
  const unreadable = facts.unknown.some(
    ({ what }) => what === 'nodes' || what === 'pods' || what === 'daemonSets',
  );
  const sets = unreadable ? [] : kubeProxySets(facts);
  return sets.length === 0 ? [] : agentsOnNodes(facts, sets);
}
