import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { type AgentOnNode, cniCoverage } from '../facts/cni-coverage.ts';
import { kubeProxyCoverage } from '../facts/kube-proxy-coverage.ts';
import type { Obstacle } from '../facts/daemonset-placement.ts';
import { eventsOf } from '../facts/pod-lookups.ts';
import type { DaemonSetRecord } from '../facts/records.ts';

/** Nodes that need a node agent (of the CNI, or kube-proxy) and have none for the same kind of reason, of one DaemonSet. */
export interface AbsentAgents {
  /** What does not run, as people call it: `flannel`, `kube-proxy`. */
  agent: string;
  daemonSet: DaemonSetRecord;
  /** `excluded`: by its own template · `image`: a pod is there and cannot pull · `missing`: the controller made none. */
  why: 'excluded' | 'image' | 'missing';
  nodes: string[];
  onNodes: { node: string; obstacles: Obstacle[] }[];
  /** Nodes that need this agent. */
  needed: number;
  /** What the API says about it; empty where it says nothing. */
  detail: string;
}

interface Absent {
  why: AbsentAgents['why'];
  daemonSet: DaemonSetRecord;
  obstacles: Obstacle[];
  detail: string;
}

function absentOn(facts: ClusterFacts, on: AgentOnNode): Absent | null {
  switch (on.state) {
    case 'excluded':
      return { why: 'excluded', daemonSet: on.daemonSet, obstacles: on.obstacles, detail: '' };
    case 'missing': {
      const { namespace, name } = on.daemonSet.meta;
      const refused = eventsOf(facts, { kind: 'DaemonSet', namespace, name }).find(
        ({ reason }) => reason === 'FailedCreate',
      );
      return { why: 'missing', daemonSet: on.daemonSet, obstacles: [], detail: refused?.message ?? '' };
    }
    case 'unhealthy':
      if (on.trouble.kind === 'image') {
        return {
          why: 'image',
          daemonSet: on.daemonSet,
          obstacles: [],
          detail: on.trouble.message || on.trouble.reason,
        };
      }
      if (on.trouble.kind === 'unschedulable') {
        return { why: 'missing', daemonSet: on.daemonSet, obstacles: [], detail: on.trouble.message };
      }
      return null;
    case 'ready':
    case 'unknown':
      return null;
  }
}

function groupsOf(facts: ClusterFacts, agent: string, nodes: readonly AgentOnNode[]): AbsentAgents[] {
  const groups = new Map<string, AbsentAgents>();
  for (const on of nodes) {
    const absent = absentOn(facts, on);
    if (absent === null) continue;
    const { why, daemonSet, obstacles, detail } = absent;
    const key = `${daemonSet.meta.uid}/${why}`;
    const group = groups.get(key) ?? {
      agent,
      daemonSet,
      why,
      nodes: [],
      onNodes: [],
      needed: nodes.length,
      detail,
    };
    group.nodes.push(on.node.meta.name);
    group.onNodes.push({ node: on.node.meta.name, obstacles });
    groups.set(key, group);
  }
  return [...groups.values()];
}

const ORDER: readonly AbsentAgents['why'][] = ['excluded', 'image', 'missing'];

function worstFirst(groups: readonly AbsentAgents[]): AbsentAgents[] {
  return groups.toSorted(
    (a, b) => ORDER.indexOf(a.why) - ORDER.indexOf(b.why) || b.nodes.length - a.nodes.length,
  );
}

/** Every group of nodes without their CNI agent; what the template itself excludes comes first, then by number of nodes. */
export function absentAgents(facts: ClusterFacts): AbsentAgents[] {
  return worstFirst(cniCoverage(facts).flatMap(({ flavour, nodes }) => groupsOf(facts, flavour, nodes)));
}

/** The same for kube-proxy. */
export function absentKubeProxy(facts: ClusterFacts): AbsentAgents[] {
  return worstFirst(groupsOf(facts, 'kube-proxy', kubeProxyCoverage(facts)));
}
