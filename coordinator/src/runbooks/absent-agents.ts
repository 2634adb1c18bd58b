import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { type AgentOnNode, type CniCoverage, cniCoverage } from '../facts/cni-coverage.ts';
import type { CniFlavour } from '../facts/cni-flavour.ts';
import type { Obstacle } from '../facts/daemonset-placement.ts';
import { eventsOf } from '../facts/pod-lookups.ts';
import type { DaemonSetRecord } from '../facts/records.ts';

/** Nodes that need a CNI agent and have none for the same kind of reason, of one DaemonSet. */
export interface AbsentAgents {
  flavour: CniFlavour;
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

function groupsOf(facts: ClusterFacts, coverage: CniCoverage): AbsentAgents[] {
  const groups = new Map<string, AbsentAgents>();
  for (const on of coverage.nodes) {
    const absent = absentOn(facts, on);
    if (absent === null) continue;
    const { why, daemonSet, obstacles, detail } = absent;
    const key = `${daemonSet.meta.uid}/${why}`;
    const group = groups.get(key) ?? {
      flavour: coverage.flavour,
      daemonSet,
      why,
      nodes: [],
      onNodes: [],
      needed: coverage.nodes.length,
      detail,
    };
    group.nodes.push(on.node.meta.name);
    group.onNodes.push({ node: on.node.meta.name, obstacles });
    groups.set(key, group);
  }
  return [...groups.values()];
}

const ORDER: readonly AbsentAgents['why'][] = ['excluded', 'image', 'missing'];

/** Every group of nodes without their agent; what the template itself excludes comes first, then by number of nodes. */
export function absentAgents(facts: ClusterFacts): AbsentAgents[] {
  return cniCoverage(facts)
    .flatMap((coverage) => groupsOf(facts, coverage))
    .toSorted((a, b) => ORDER.indexOf(a.why) - ORDER.indexOf(b.why) || b.nodes.length - a.nodes.length);
}
