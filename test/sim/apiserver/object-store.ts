import type { ApiObject } from './api-object.ts';
import { deepFreeze } from './json-value.ts';
import type { ResourceKey } from './resource-table.ts';

export interface StoreEvent {
  revision: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resource: ResourceKey;
  object: ApiObject;
  previous: ApiObject | undefined;
}

/**
 * All objects by resource and `namespace/name`, one revision counter over all of them as in etcd, and the history
 * that watches and continued lists read. Objects are frozen and replaced, never changed.
 */
export interface ObjectStore {
  revision(): number;
  get(resource: ResourceKey, namespace: string, name: string): ApiObject | undefined;
  /** Objects sorted by key as etcd returns them; `namespace` '' means all. */
  list(resource: ResourceKey, namespace: string): ApiObject[];
  /** The same as it was at a revision; undefined when that is compacted. */
  listAt(resource: ResourceKey, namespace: string, revision: number): ApiObject[] | undefined;
  /** Stores the object under a new revision, which becomes its resourceVersion. */
  put(resource: ResourceKey, object: ApiObject): ApiObject;
  /** Removes the object; returns it with the revision of the removal as its resourceVersion. */
  remove(resource: ResourceKey, object: ApiObject): ApiObject;
  /** Events after a revision, oldest first; undefined when part of them is compacted. */
  eventsSince(resource: ResourceKey, revision: number): StoreEvent[] | undefined;
  subscribe(listener: (event: StoreEvent) => void): () => void;
  /** Forgets the history up to now: older watches and continue tokens answer 410. */
  compact(): void;
}

export function objectKey(object: ApiObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function byKey(left: ApiObject, right: ApiObject): number {
  const leftKey = objectKey(left);
  const rightKey = objectKey(right);
  return leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0;
}

export interface StoreOptions {
  /** Events kept before the oldest are compacted by themselves. */
  historyLimit: number;
}

export function createObjectStore(options: StoreOptions): ObjectStore {
  const tables = new Map<ResourceKey, Map<string, ApiObject>>();
  const listeners = new Set<(event: StoreEvent) => void>();
  let history: StoreEvent[] = [];
  let compacted = 0;
  let revision = 1;

  function table(resource: ResourceKey): Map<string, ApiObject> {
    let found = tables.get(resource);
    if (found === undefined) {
      found = new Map();
      tables.set(resource, found);
    }
    return found;
  }

  function inNamespace(objects: Iterable<ApiObject>, namespace: string): ApiObject[] {
    const all = [...objects];
    const chosen = namespace === '' ? all : all.filter((object) => object.metadata.namespace === namespace);
    return chosen.toSorted(byKey);
  }

  function publish(event: StoreEvent): void {
    history.push(event);
    if (history.length > options.historyLimit) {
      const dropped = history.splice(0, Math.ceil(options.historyLimit / 4));
      compacted = dropped.at(-1)?.revision ?? compacted;
    }
    for (const listener of listeners) listener(event);
  }

  function stamped(object: ApiObject): ApiObject {
    revision += 1;
    return deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
  }

  return {
    revision: () => revision,
    get: (resource, namespace, name) => table(resource).get(`${namespace}/${name}`),
    list: (resource, namespace) => inNamespace(table(resource).values(), namespace),
    listAt(resource, namespace, at) {
      if (at < compacted) return undefined;
      const state = new Map(table(resource));
      for (const event of history.toReversed()) {
        if (event.revision <= at) break;
        if (event.resource !== resource) continue;
        if (event.previous === undefined) state.delete(objectKey(event.object));
        else state.set(objectKey(event.object), event.previous);
      }
      return inNamespace(state.values(), namespace);
    },
    put(resource, object) {
      const objects = table(resource);
      const key = objectKey(object);
      const previous = objects.get(key);
      const stored = stamped(object);
      objects.set(key, stored);
      publish({
        revision,
        type: previous === undefined ? 'ADDED' : 'MODIFIED',
        resource,
        object: stored,
        previous,
      });
      return stored;
    },
    remove(resource, object) {
      const objects = table(resource);
      const key = objectKey(object);
      const previous = objects.get(key);
      const gone = stamped(object);
      objects.delete(key);
      if (previous !== undefined) publish({ revision, type: 'DELETED', resource, object: gone, previous });
      return gone;
    },
    eventsSince(resource, after) {
      if (after < compacted) return undefined;
      return history.filter((event) => event.resource === resource && event.revision > after);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    compact() {
      compacted = revision;
      history = [];
    },
  };
}
