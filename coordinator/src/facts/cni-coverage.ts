import type { ClusterFacts } from './cluster-facts.ts';
import { cniAgents, type CniFlavour } from './cni-flavour.ts';
import { type Obstacle, shouldRunOn } from './daemonset-placement.ts';
import { isActive, podsOwnedBy } from './pod-lookups.ts';
import { podTrouble, type PodTrouble } from './pod-trouble.ts';
import type { DaemonSetRecord, NodeRecord, PodRecord } from './records.ts';

/** How the CNI agent stands on one node that needs it. */
export type AgentOnNode = { node: NodeRecord } & (
  | { state: 'ready'; pod: PodRecord; daemonSet: DaemonSetRecord }
  | { state: 'unhealthy'; pod: PodRecord; daemonSet: DaemonSetRecord; trouble: PodTrouble }
  /** No pod, and the template does not let it run there. */
  | { state: 'excluded'; daemonSet: DaemonSetRecord; obstacles: Obstacle[] }
  /** The template lets it run there, but there is no pod (yet): quota, admission, a stuck controller, or seconds to wait. */
  | { state: 'missing'; daemonSet: DaemonSetRecord }
  | { state: 'unknown'; why: string }
);

export interface CniCoverage {
  flavour: CniFlavour;
  daemonSets: DaemonSetRecord[];
  /** Only nodes that need this CNI. */
  nodes: AgentOnNode[];
}

/** Nodes without a kubelet that runs CNI plugins, and nodes of another operating system than the agent's. */
export function needsAgent(agents: { daemonSets: readonly DaemonSetRecord[] }, node: NodeRecord): boolean {
  const { labels } = node.meta;
  if (labels['type'] === 'virtual-kubelet' || labels['eks.amazonaws.com/compute-type'] === 'fargate')
    return false;
  if (node.taints.some((taint) => taint.key === 'virtual-kubelet.io/provider')) return false;
  const os = labels['kubernetes.io/os'] ?? labels['beta.kubernetes.io/os'] ?? 'linux';
  return agents.daemonSets.some((daemonSet) => osOf(daemonSet) === os);
}

function osOf(daemonSet: DaemonSetRecord): string {
  const { nodeSelector } = daemonSet.template;
  const selected = nodeSelector['kubernetes.io/os'] ?? nodeSelector['beta.kubernetes.io/os'];
  if (selected !== undefined) return selected;
  return /(^|-)windows(-|$)/.test(daemonSet.meta.name) ? 'windows' : 'linux';
}

/** The DaemonSet that comes closest to running there: the fewest obstacles. */
function nearest(daemonSets: readonly DaemonSetRecord[], node: NodeRecord): AgentOnNode {
  let best: { daemonSet: DaemonSetRecord; obstacles: Obstacle[] } | null = null;
  for (const daemonSet of daemonSets) {
    const placement = shouldRunOn(daemonSet, node);
    if (placement.runs === 'unknown') return { node, state: 'unknown', why: placement.why };
    if (placement.runs === 'yes') return { node, state: 'missing', daemonSet };
    if (best === null || placement.obstacles.length < best.obstacles.length) {
      best = { daemonSet, obstacles: placement.obstacles };
    }
  }
  if (best === null) return { node, state: 'unknown', why: 'no DaemonSet of this CNI' };
  return { node, state: 'excluded', ...best };
}

function agentOn(
  daemonSets: readonly DaemonSetRecord[],
  node: NodeRecord,
  here: readonly [PodRecord, DaemonSetRecord][],
): AgentOnNode {
  const ready = here.find(([pod]) => pod.ready);
  if (ready !== undefined) return { node, state: 'ready', pod: ready[0], daemonSet: ready[1] };
  const first = here[0];
  if (first === undefined) return nearest(daemonSets, node);
  const trouble = podTrouble(first[0]);
  if (trouble === null) return { node, state: 'unknown', why: 'the state of its pod is not clear' };
  return { node, state: 'unhealthy', pod: first[0], daemonSet: first[1], trouble };
}

function agentPods(
  facts: ClusterFacts,
  daemonSets: readonly DaemonSetRecord[],
): Map<string, [PodRecord, DaemonSetRecord][]> {
  const byNode = new Map<string, [PodRecord, DaemonSetRecord][]>();
  for (const daemonSet of daemonSets) {
    for (const pod of podsOwnedBy(facts, daemonSet.meta.uid).filter(isActive)) {
      byNode.set(pod.nodeName, [...(byNode.get(pod.nodeName) ?? []), [pod, daemonSet]]);
    }
  }
  return byNode;
}

/** How one kind of node agent stands on every node that its operating system fits. Nodes, pods and DaemonSets have to be known. */
export function agentsOnNodes(facts: ClusterFacts, daemonSets: readonly DaemonSetRecord[]): AgentOnNode[] {
  const byNode = agentPods(facts, daemonSets);
  return facts.nodes
    .filter((node) => needsAgent({ daemonSets }, node))
    .map((node) => agentOn(daemonSets, node, byNode.get(node.meta.name) ?? []));
}

/** For each CNI with an agent DaemonSet: how its agent stands on every node that needs it. Empty when nodes, pods or DaemonSets are unknown. */
export function cniCoverage(facts: ClusterFacts): CniCoverage[] {
  const unreadable = facts.unknown.some(
    ({ what }) => what === 'nodes' || what === 'pods' || what === 'daemonSets',
  );
  if (unreadable) return [];
  const coverages = cniAgents(facts).map((agents) => {
    return { ...agents, nodes: agentsOnNodes(facts, agents.daemonSets) };
  });
  return coverages.map((coverage) => withoutOthersNodes(coverage, coverages));
}

function runningOn(coverage: CniCoverage): Set<string> {
  return new Set(coverage.nodes.flatMap((on) => ('pod' in on ? [on.node.meta.name] : [])));
}

/**
 * Two CNIs may share a cluster by node pool. Where their pods never meet on a node, a node that one leaves to the
 * other is none of its own; where they do meet (policy beside overlay) each is needed everywhere.
 */
function withoutOthersNodes(coverage: CniCoverage, all: readonly CniCoverage[]): CniCoverage {
  const own = runningOn(coverage);
  const rivals = all
    .filter((other) => other.flavour !== coverage.flavour)
    .map(runningOn)
    .filter((nodes) => own.size > 0 && [...nodes].every((name) => !own.has(name)));
  const nodes = coverage.nodes.filter(
    (on) => on.state !== 'excluded' || !rivals.some((rival) => rival.has(on.node.meta.name)),
  );
  return { ...coverage, nodes };
}
