import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { NodeRecord, PodRecord } from '../facts/records.ts';

/** Why a node is left out of judgement: what goes away on purpose is no fault. */
export type LeavingReason = 'deleting' | 'removal-taint' | 'drained' | 'cordoned-and-down';

/** Taints that announce that a node goes away (autoscalers, spot handlers, cloud shutdown). */
const removalTaints = [
  'ToBeDeletedByClusterAutoscaler',
  'node.cloudprovider.kubernetes.io/shutdown',
  'node.kubernetes.io/out-of-service',
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
  'cloud.google.com/impending-node-termination',
  'aws-node-termination-handler/scheduled-maintenance',
  'aws-node-termination-handler/spot-itn',
  'aws-node-termination-handler/asg-lifecycle-termination',
  'aws-node-termination-handler/rebalance-recommendation',
];

/** Null for a node under judgement. NotReady alone never takes a node out: a broken CNI makes nodes NotReady. */
export function leavingReason(node: NodeRecord, podsOfNode: readonly PodRecord[]): LeavingReason | null {
  if (node.meta.deletingSinceMs !== null) return 'deleting';
  if (node.taints.some((taint) => removalTaints.includes(taint.key))) return 'removal-taint';
  if (!node.unschedulable) return null;
  const ready = node.conditions.find((condition) => condition.type === 'Ready');
  if (ready !== undefined && ready.status !== 'True') return 'cordoned-and-down';
  return podsOfNode.length > 0 && podsOfNode.every(survivesDrain) ? 'drained' : null;
}

/** Pods that a drain leaves (DaemonSets, static pods) or that are already on their way out. */
function survivesDrain(pod: PodRecord): boolean {
  if (pod.meta.deletingSinceMs !== null || pod.phase === 'Succeeded' || pod.phase === 'Failed') return true;
  return pod.meta.owner?.kind === 'DaemonSet' || pod.meta.owner?.kind === 'Node';
}

/** Names of the nodes that are judged, sorted. */
export function judgedNodes(facts: ClusterFacts): string[] {
  const podsByNode = Map.groupBy(facts.pods, (pod) => pod.nodeName);
  return facts.nodes
    .filter((node) => leavingReason(node, podsByNode.get(node.meta.name) ?? []) === null)
    .map((node) => node.meta.name)
    .toSorted();
}
