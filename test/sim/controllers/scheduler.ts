import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { selects } from '../apiserver/label-selector.ts';
import type { Node, Pod } from '../apiserver/stored-pods.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import { createEventRecorder } from './event-recorder.ts';
import { fitsNode } from './node-fit.ts';
import type { Reconciler } from './reconciler.ts';
import { createReconciler, keyOf, parseKey } from './reconciler.ts';

/** The node with the fewest matching pods of the anti-affinity terms, then the fewest pods, then by name. */
export function chooseNode(pod: Pod, candidates: readonly Node[], pods: readonly Pod[]): Node | undefined {
  const anti = pod.spec.affinity?.podAntiAffinity;
  const required = anti?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  // The topology of affinity terms is taken to be the node: nothing here uses another one.
  const together = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = (anti?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
    (term) => term.podAffinityTerm,
  );
  const onNode = (node: Node): Pod[] =>
    pods.filter(
      (other) => other.spec.nodeName === node.metadata.name && other.metadata.deletionTimestamp === undefined,
    );
  const matching = (node: Node, terms: typeof required): number =>
    terms.reduce(
      (sum, term) =>
        sum +
        onNode(node).filter(
          (other) =>
            other.metadata.namespace === pod.metadata.namespace &&
            selects(term.labelSelector ?? {}, other.metadata.labels),
        ).length,
      0,
    );
  const scored = candidates
    .filter((node) => matching(node, required) === 0 && together.every((term) => matching(node, [term]) > 0))
    .map((node) => ({ node, clash: matching(node, preferred), count: onNode(node).length }));
  return scored.toSorted((left, right) => left.clash - right.clash || left.count - right.count)[0]?.node;
}

function failure(pod: Pod, nodes: readonly Node[]): string {
  const reasons = new Map<string, number>();
  for (const node of nodes) {
    const fit = fitsNode(pod.spec, node);
    const reason = fit.fits ? "didn't match pod affinity/anti-affinity rules" : fit.reason;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const list = [...reasons].map(([reason, count]) => `${count} node(s) ${reason}`).join(', ');
  return `0/${nodes.length} nodes are available: ${list}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`;
}

/** Binds pods without a node; those that fit nowhere wait, with a FailedScheduling event. */
export function startScheduler(client: SystemClient, clock: Clock, delayMs: number): Reconciler {
  const events = createEventRecorder(client, clock, { component: 'default-scheduler' });
  const reconciler = createReconciler(clock, delayMs, (key) => {
    const { namespace, name } = parseKey(key);
    const pod = client.get('pods', namespace, name);
    if (pod === undefined || pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined)
      return;
    const nodes = client.list('nodes');
    const fitting = nodes.filter((node) => fitsNode(pod.spec, node).fits);
    const node = chooseNode(pod, fitting, client.list('pods'));
    if (node === undefined) {
      events.record(pod, 'Warning', 'FailedScheduling', failure(pod, nodes));
      return;
    }
    client.bindPod({ namespace, name }, node.metadata.name);
    events.record(
      pod,
      'Normal',
      'Scheduled',
      `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`,
    );
  });
  client.subscribe((event) => {
    if (event.resource !== 'nodes' && event.resource !== 'pods') return;
    for (const pod of client.list('pods'))
      if (pod.spec.nodeName === undefined) reconciler.enqueue(keyOf(pod));
  });
  return reconciler;
}
