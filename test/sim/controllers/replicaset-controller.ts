import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { ReplicaSet } from '../apiserver/stored-kinds.ts';
import type { Pod } from '../apiserver/stored-pods.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import { createEventRecorder } from './event-recorder.ts';
import type { EventRecorder } from './event-recorder.ts';
import { isOwnedBy, isReady, isTerminating } from './pod-readiness.ts';
import type { Reconciler } from './reconciler.ts';
import { createReconciler, keyOf, parseKey } from './reconciler.ts';

const MANAGER = 'kube-controller-manager';

/** Which pods go first when there are too many: unscheduled, not ready, then the youngest. */
export function deletionOrder(left: Pod, right: Pod): number {
  const rank = (pod: Pod): number => (pod.spec.nodeName === undefined ? 0 : isReady(pod) ? 2 : 1);
  const byRank = rank(left) - rank(right);
  if (byRank !== 0) return byRank;
  return left.metadata.creationTimestamp < right.metadata.creationTimestamp ? 1 : -1;
}

function reconcile(client: SystemClient, events: EventRecorder, key: string): void {
  const { namespace, name } = parseKey(key);
  const replicaSet = client.get('replicasets', namespace, name);
  if (replicaSet === undefined || replicaSet.metadata.deletionTimestamp !== undefined) return;
  const own = client.list('pods', namespace).filter((pod) => isOwnedBy(pod, replicaSet.metadata.uid));
  const live = own.filter(
    (pod) => !isTerminating(pod) && pod.status.phase !== 'Failed' && pod.status.phase !== 'Succeeded',
  );
  for (let missing = replicaSet.spec.replicas - live.length; missing > 0; missing -= 1)
    createPod(client, events, replicaSet);
  const surplus = live.toSorted(deletionOrder).slice(0, Math.max(0, live.length - replicaSet.spec.replicas));
  for (const pod of surplus) {
    client.delete('pods', { namespace, name: pod.metadata.name });
    events.record(replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }
  const ready = live.filter(isReady).length;
  const status = {
    replicas: live.length,
    observedGeneration: replicaSet.metadata.generation ?? 0,
    ...(live.length > 0 ? { fullyLabeledReplicas: live.length } : {}),
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
  };
  client.replaceStatus('replicasets', { namespace, name }, status, MANAGER);
}

function createPod(client: SystemClient, events: EventRecorder, replicaSet: ReplicaSet): void {
  const { template } = replicaSet.spec;
  const { name, namespace = '', uid } = replicaSet.metadata;
  const pod = client.create(
    'pods',
    {
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels: template.metadata.labels ?? {},
        ...(template.metadata.annotations === undefined
          ? {}
          : { annotations: template.metadata.annotations }),
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'ReplicaSet',
            name,
            uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: template.spec,
    },
    MANAGER,
  );
  events.record(replicaSet, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
}

/** Keeps the wanted number of pods of each ReplicaSet. */
export function startReplicaSetController(client: SystemClient, clock: Clock, delayMs: number): Reconciler {
  const events = createEventRecorder(client, clock, { component: 'replicaset-controller' });
  const reconciler = createReconciler(clock, delayMs, (key) => reconcile(client, events, key));
  client.subscribe((event) => {
    if (event.resource === 'replicasets') reconciler.enqueue(keyOf(event.object));
    if (event.resource !== 'pods') return;
    const owner = event.object.metadata.ownerReferences?.find((reference) => reference.kind === 'ReplicaSet');
    if (owner !== undefined) reconciler.enqueue(`${event.object.metadata.namespace ?? ''}/${owner.name}`);
  });
  return reconciler;
}
