import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { ResourceKey } from '../apiserver/resource-table.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import { createReconciler, keyOf, parseKey } from './reconciler.ts';

const DEPENDENTS: readonly ResourceKey[] = ['pods', 'replicasets', 'endpointslices', 'controllerrevisions'];
const OWNERS: readonly ResourceKey[] = ['daemonsets', 'deployments', 'replicasets', 'services'];
const HOLDS = ['foregroundDeletion', 'orphan'];

/** Deletes what an owner leaves behind, and ends foreground and orphaning deletions. */
export function startGarbageCollector(client: SystemClient, clock: Clock, delayMs: number): void {
  const collect = createReconciler(clock, delayMs, (uid) => {
    for (const resource of DEPENDENTS) {
      for (const object of client.list(resource)) {
        if (!(object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid)) continue;
        client.delete(resource, { namespace: object.metadata.namespace ?? '', name: object.metadata.name });
      }
    }
  });
  const release = createReconciler(clock, delayMs, (key) => {
    const [resource, ...rest] = key.split(':');
    const known = OWNERS.find((owner) => owner === resource);
    if (known === undefined) return;
    const of = parseKey(rest.join(':'));
    const owner = client.get(known, of.namespace, of.name);
    if (owner?.metadata.deletionTimestamp === undefined) return;
    const finalizers = owner.metadata.finalizers ?? [];
    for (const dependent of DEPENDENTS) {
      for (const object of client.list(dependent, of.namespace)) {
        const references = object.metadata.ownerReferences ?? [];
        if (!references.some((reference) => reference.uid === owner.metadata.uid)) continue;
        const at = { namespace: of.namespace, name: object.metadata.name };
        if (finalizers.includes('orphan')) {
          const ownerReferences = references.filter((reference) => reference.uid !== owner.metadata.uid);
          client.patch(
            dependent,
            at,
            { metadata: { ownerReferences } },
            { manager: 'kube-controller-manager' },
          );
        } else {
          client.delete(dependent, at);
          release.enqueue(key);
        }
      }
    }
    const left = DEPENDENTS.some((dependent) =>
      client
        .list(dependent, of.namespace)
        .some((object) =>
          object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid),
        ),
    );
    if (!left)
      client.patch(
        known,
        of,
        { metadata: { finalizers: finalizers.filter((name) => !HOLDS.includes(name)) } },
        { manager: 'kube-controller-manager' },
      );
  });
  client.subscribe((event) => {
    if (!OWNERS.includes(event.resource)) return;
    if (event.type === 'DELETED') collect.enqueue(event.object.metadata.uid);
    else if (
      event.object.metadata.finalizers?.some((name) => HOLDS.includes(name)) === true &&
      event.object.metadata.deletionTimestamp !== undefined
    ) {
      release.enqueue(`${event.resource}:${keyOf(event.object)}`);
    }
  });
}
