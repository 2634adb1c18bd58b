import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { DaemonSet } from '../apiserver/stored-kinds.ts';
import type { Node, Pod } from '../apiserver/stored-pods.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import type { EventRecorder } from './event-recorder.ts';
import { createEventRecorder } from './event-recorder.ts';
import { daemonTolerations, matchesNodeSelection, untolerated } from './node-fit.ts';
import { amountOf, isOwnedBy, isReady, isTerminating, templateHash } from './pod-readiness.ts';
import type { Reconciler } from './reconciler.ts';
import { createReconciler, keyOf, parseKey } from './reconciler.ts';

const MANAGER = 'kube-controller-manager';
const HASH_LABEL = 'controller-revision-hash';

interface Desired {
  shouldRun: boolean;
  shouldContinue: boolean;
}

/** Whether a daemon pod should be started on a node, and whether a running one may stay. */
export function daemonPlacement(daemonSet: DaemonSet, node: Node): Desired {
  const spec = {
    ...daemonSet.spec.template.spec,
    tolerations: daemonTolerations(daemonSet.spec.template.spec),
  };
  if (!matchesNodeSelection(spec, node)) return { shouldRun: false, shouldContinue: false };
  if (untolerated(spec, node, ['NoSchedule', 'NoExecute']) === undefined)
    return { shouldRun: true, shouldContinue: true };
  return { shouldRun: false, shouldContinue: untolerated(spec, node, ['NoExecute']) === undefined };
}

interface Deps {
  client: SystemClient;
  events: EventRecorder;
}

function createPod(deps: Deps, daemonSet: DaemonSet, node: string, hash: string): void {
  const { template } = daemonSet.spec;
  const { name, namespace = '', uid } = daemonSet.metadata;
  const pod = deps.client.create(
    'pods',
    {
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels: {
          ...template.metadata.labels,
          [HASH_LABEL]: hash,
          'pod-template-generation':
            daemonSet.metadata.annotations?.['deprecated.daemonset.template.generation'] ?? '1',
        },
        ...(template.metadata.annotations === undefined
          ? {}
          : { annotations: template.metadata.annotations }),
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      // The scheduler would bind it by node affinity; the outcome is the same.
      spec: { ...template.spec, tolerations: daemonTolerations(template.spec), nodeName: node },
    },
    MANAGER,
  );
  deps.events.record(daemonSet, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
}

function deletePod(deps: Deps, daemonSet: DaemonSet, pod: Pod): void {
  deps.client.delete('pods', { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name });
  deps.events.record(daemonSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}

/** Old pods to delete now under RollingUpdate: unavailable ones at once, others within maxUnavailable. */
export function podsToReplace(
  daemonSet: DaemonSet,
  live: readonly Pod[],
  desired: number,
  hash: string,
): Pod[] {
  if (daemonSet.spec.updateStrategy.type !== 'RollingUpdate') return [];
  const old = live.filter((pod) => pod.metadata.labels?.[HASH_LABEL] !== hash);
  const limit = Math.max(
    1,
    amountOf(daemonSet.spec.updateStrategy.rollingUpdate?.maxUnavailable, desired, 'up'),
  );
  const unavailable = old.filter((pod) => !isReady(pod));
  const ready = live.filter(isReady).length;
  const room = Math.max(0, limit - (desired - ready));
  return [...unavailable, ...old.filter(isReady).slice(0, room)];
}

interface Counts {
  desired: number;
  current: number;
  misscheduled: number;
}

/** Starts and stops daemon pods of one node; counts what it found. */
function manageNode(
  deps: Deps,
  daemonSet: DaemonSet,
  node: Node,
  here: readonly Pod[],
  counts: Counts,
): void {
  const { shouldRun, shouldContinue } = daemonPlacement(daemonSet, node);
  const live = here.filter((pod) => !isTerminating(pod));
  if (shouldRun) {
    counts.desired += 1;
    if (live.length > 0) counts.current += 1;
    if (here.length === 0)
      createPod(deps, daemonSet, node.metadata.name, templateHash(daemonSet.spec.template));
  } else if (here.length > 0) counts.misscheduled += 1;
  if (!shouldContinue) for (const pod of live) deletePod(deps, daemonSet, pod);
}

function reconcile(deps: Deps, key: string): void {
  const { namespace, name } = parseKey(key);
  const daemonSet = deps.client.get('daemonsets', namespace, name);
  if (daemonSet === undefined || daemonSet.metadata.deletionTimestamp !== undefined) return;
  const hash = templateHash(daemonSet.spec.template);
  const own = deps.client.list('pods', namespace).filter((pod) => isOwnedBy(pod, daemonSet.metadata.uid));
  const nodes = deps.client.list('nodes');
  const counts: Counts = { desired: 0, current: 0, misscheduled: 0 };
  for (const node of nodes) {
    const here = own.filter((pod) => pod.spec.nodeName === node.metadata.name);
    manageNode(deps, daemonSet, node, here, counts);
  }
  const names = new Set(nodes.map((node) => node.metadata.name));
  const live = own.filter((pod) => !isTerminating(pod));
  for (const pod of live) if (!names.has(pod.spec.nodeName ?? '')) deletePod(deps, daemonSet, pod);
  for (const pod of podsToReplace(daemonSet, live, counts.desired, hash)) deletePod(deps, daemonSet, pod);
  writeStatus(deps, daemonSet, live, counts, hash);
}

function writeStatus(
  deps: Deps,
  daemonSet: DaemonSet,
  live: readonly Pod[],
  counts: Counts,
  hash: string,
): void {
  const nodes = new Map(deps.client.list('nodes').map((node) => [node.metadata.name, node]));
  const wanted = live.filter((pod) => {
    const node = nodes.get(pod.spec.nodeName ?? '');
    return node !== undefined && daemonPlacement(daemonSet, node).shouldRun;
  });
  const ready = wanted.filter(isReady).length;
  const status = {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: ready,
    observedGeneration: daemonSet.metadata.generation ?? 0,
    updatedNumberScheduled: wanted.filter((pod) => pod.metadata.labels?.[HASH_LABEL] === hash).length,
    ...(ready > 0 ? { numberAvailable: ready } : {}),
    ...(counts.desired > ready ? { numberUnavailable: counts.desired - ready } : {}),
  };
  deps.client.replaceStatus(
    'daemonsets',
    { namespace: daemonSet.metadata.namespace ?? '', name: daemonSet.metadata.name },
    status,
    MANAGER,
  );
}

/** Keeps one pod of every DaemonSet on each eligible node, rolls templates, writes status. */
export function startDaemonSetController(client: SystemClient, clock: Clock, delayMs: number): Reconciler {
  const deps = { client, events: createEventRecorder(client, clock, { component: 'daemonset-controller' }) };
  const reconciler = createReconciler(clock, delayMs, (key) => reconcile(deps, key));
  client.subscribe((event) => {
    if (event.resource === 'daemonsets') reconciler.enqueue(keyOf(event.object));
    if (event.resource === 'nodes')
      for (const daemonSet of client.list('daemonsets')) reconciler.enqueue(keyOf(daemonSet));
    if (event.resource === 'pods') {
      const owner = event.object.metadata.ownerReferences?.find(
        (reference) => reference.kind === 'DaemonSet',
      );
      if (owner !== undefined) reconciler.enqueue(`${event.object.metadata.namespace ?? ''}/${owner.name}`);
    }
  });
  return reconciler;
}
