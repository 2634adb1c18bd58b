import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { timestamp } from '../apiserver/write-context.ts';
import { sameJson } from '../apiserver/json-value.ts';
import type { JsonValue } from '../apiserver/json-value.ts';
import type { Node, Taint } from '../apiserver/stored-pods.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import type { Reconciler } from './reconciler.ts';
import { createReconciler, keyOf, parseKey } from './reconciler.ts';

const OWN_TAINTS = [
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/unschedulable',
];

/** The taints that a node's conditions ask for, with the others it has. */
export function wantedTaints(node: Node, now: string): Taint[] {
  const ready = readiness(node);
  const current = node.spec.taints ?? [];
  const others = current.filter((taint) => !OWN_TAINTS.includes(taint.key));
  const wanted: Taint[] = [];
  const add = (key: string, effect: string): void => {
    const known = current.find((taint) => taint.key === key && taint.effect === effect);
    wanted.push(known ?? (effect === 'NoExecute' ? { key, effect, timeAdded: now } : { key, effect }));
  };
  if (ready === 'False')
    for (const effect of ['NoSchedule', 'NoExecute']) add('node.kubernetes.io/not-ready', effect);
  if (ready === 'Unknown')
    for (const effect of ['NoSchedule', 'NoExecute']) add('node.kubernetes.io/unreachable', effect);
  if (ready === undefined) add('node.kubernetes.io/not-ready', 'NoSchedule');
  if (node.spec.unschedulable === true) add('node.kubernetes.io/unschedulable', 'NoSchedule');
  return [...others, ...wanted];
}

function readiness(node: Node): string | undefined {
  return node.status.conditions?.find((condition) => condition.type === 'Ready')?.status;
}

/** Pods of a node that stops being Ready are marked once; a kubelet that lives says otherwise at its next sync. */
function markPods(client: SystemClient, node: Node, now: string): void {
  for (const pod of client.list('pods')) {
    if (pod.spec.nodeName !== node.metadata.name) continue;
    const conditions = pod.status.conditions ?? [];
    if (!conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True')) continue;
    const changed = conditions.map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime: now } : condition,
    );
    const of = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name };
    client.replaceStatus('pods', of, { ...pod.status, conditions: changed }, 'kube-controller-manager');
  }
}

/** Turns node conditions into taints and marks the pods of a lost node, as the node life-cycle controller does. */
export function startNodeLifecycle(client: SystemClient, clock: Clock, delayMs: number): Reconciler {
  const lastReady = new Map<string, string | undefined>();
  const reconciler = createReconciler(clock, delayMs, (key) => {
    const node = client.get('nodes', '', parseKey(key).name);
    if (node === undefined) return;
    const now = timestamp(clock.nowMs());
    const taints = wantedTaints(node, now);
    // Taints are JSON.
    if (!sameJson(taints as unknown as JsonValue, (node.spec.taints ?? []) as unknown as JsonValue)) {
      const manager = 'kube-controller-manager';
      client.patch(
        'nodes',
        { namespace: '', name: node.metadata.name },
        { spec: { taints: taints.length === 0 ? null : taints } },
        { manager },
      );
    }
    const ready = readiness(node);
    if (lastReady.get(node.metadata.name) === 'True' && ready !== 'True') markPods(client, node, now);
    lastReady.set(node.metadata.name, ready);
  });
  client.subscribe((event) => {
    if (event.resource === 'nodes' && event.type !== 'DELETED') reconciler.enqueue(keyOf(event.object));
  });
  return reconciler;
}
