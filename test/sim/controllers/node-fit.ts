import { selects } from '../apiserver/label-selector.ts';
import type { Node, NodeSelectorTerm, PodSpec, Taint, Toleration } from '../apiserver/stored-pods.ts';

/** Whether a pod may be on a node; the reason is worded as the scheduler's FailedScheduling event does. */
export type NodeFit = { fits: true } | { fits: false; reason: string };

function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length + fields.length === 0) return false;
  const byName = { 'metadata.name': node.metadata.name };
  return (
    selects({ matchExpressions: expressions }, node.metadata.labels) &&
    selects({ matchExpressions: fields }, byName)
  );
}

/** nodeSelector and the required node affinity: terms are alternatives, expressions of a term all hold. */
export function matchesNodeSelection(spec: PodSpec, node: Node): boolean {
  if (!selects({ matchLabels: spec.nodeSelector ?? {} }, node.metadata.labels)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect)
    return false;
  const key = toleration.key ?? '';
  if (key !== '' && key !== taint.key) return false;
  return toleration.operator === 'Exists' || (key !== '' && (toleration.value ?? '') === (taint.value ?? ''));
}

/** The first taint with one of the effects that no toleration covers. */
export function untolerated(spec: PodSpec, node: Node, effects: readonly string[]): Taint | undefined {
  return (node.spec.taints ?? []).find(
    (taint) =>
      effects.includes(taint.effect) &&
      !(spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint)),
  );
}

export function fitsNode(spec: PodSpec, node: Node): NodeFit {
  if (!matchesNodeSelection(spec, node))
    return { fits: false, reason: "didn't match Pod's node affinity/selector" };
  const taint = untolerated(spec, node, ['NoSchedule', 'NoExecute']);
  if (taint !== undefined) return { fits: false, reason: `had untolerated taint(s)` };
  return { fits: true };
}

/** What the DaemonSet controller adds to its pods, so that they stay on nodes in trouble. */
export function daemonTolerations(spec: PodSpec): Toleration[] {
  const key = (name: string): string => `node.kubernetes.io/${name}`;
  const added: Toleration[] = [
    { key: key('not-ready'), operator: 'Exists', effect: 'NoExecute' },
    { key: key('unreachable'), operator: 'Exists', effect: 'NoExecute' },
    ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((name) => ({
      key: key(name),
      operator: 'Exists',
      effect: 'NoSchedule',
    })),
    ...(spec.hostNetwork === true
      ? [{ key: key('network-unavailable'), operator: 'Exists', effect: 'NoSchedule' }]
      : []),
  ];
  return [...(spec.tolerations ?? []), ...added];
}
