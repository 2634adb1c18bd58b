import { asApiObject, asJson } from './api-object.ts';
import { ApiError, notFound } from './api-error.ts';
import type { JsonObject } from './json-value.ts';
import { objectAt } from './json-value.ts';
import { applyMergePatch } from './merge-patch.ts';
import { createObject } from './create-object.ts';
import type { DeleteOptions } from './delete-object.ts';
import { deleteObject } from './delete-object.ts';
import { updateObject } from './update-object.ts';
import type { WriteContext } from './write-context.ts';
import type { StoreEvent } from './object-store.ts';
import type { ResourceKey } from './resource-table.ts';
import { resourceEntry } from './resource-table.ts';
import type { StoredKinds } from './stored-kinds.ts';
import { storedAs } from './stored-kinds.ts';

/**
 * The store as controllers and set-up code use it, in the process and synchronously: same decoding, defaults,
 * validation and conflicts as over HTTP, but no authentication and no audit.
 */
export interface SystemClient {
  get<K extends ResourceKey>(resource: K, namespace: string, name: string): StoredKinds[K] | undefined;
  /** Sorted by namespace and name; namespace '' is all. */
  list<K extends ResourceKey>(resource: K, namespace?: string): StoredKinds[K][];
  create<K extends ResourceKey>(resource: K, object: NewObject, manager: string): StoredKinds[K];
  /** Applies a merge patch; with `subresource` through the status endpoint. Throws ApiError 404 when it is gone. */
  patch<K extends ResourceKey>(
    resource: K,
    of: { namespace: string; name: string },
    patch: object,
    how: { manager: string; subresource?: 'status' },
  ): StoredKinds[K];
  /** Writes the whole status through the status endpoint; false when the object is gone. */
  replaceStatus(
    resource: ResourceKey,
    of: { namespace: string; name: string },
    status: object,
    manager: string,
  ): boolean;
  /** The pods/binding of a scheduler: sets the node, which no update may. */
  bindPod(of: { namespace: string; name: string }, node: string): void;
  delete(
    resource: ResourceKey,
    of: { namespace: string; name: string },
    options?: Partial<DeleteOptions>,
  ): 'removed' | 'terminating' | 'absent';
  subscribe(listener: (event: StoreEvent) => void): () => void;
}

/** An object to create; namespace and name are in its metadata. */
export type NewObject = {
  metadata: { name?: string; generateName?: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
};

export function createSystemClient(context: WriteContext): SystemClient {
  const { store } = context;
  return {
    get<K extends ResourceKey>(resource: K, namespace: string, name: string) {
      const found = store.get(resource, namespace, name);
      return found === undefined ? undefined : storedAs(resource, found);
    },
    list: <K extends ResourceKey>(resource: K, namespace = '') =>
      store.list(resource, namespace).map((object) => storedAs(resource, object)),
    create<K extends ResourceKey>(resource: K, object: NewObject, manager: string) {
      const entry = resourceEntry(resource);
      // A literal written as an object of its kind is JSON; the model check follows.
      const body = structuredClone(object) as unknown as JsonObject;
      const options = { manager, dryRun: false, subresource: undefined, method: 'create' } as const;
      return storedAs(resource, createObject(context, entry, object.metadata.namespace ?? '', body, options));
    },
    patch<K extends ResourceKey>(
      resource: K,
      of: { namespace: string; name: string },
      patch: object,
      how: { manager: string; subresource?: 'status' },
    ) {
      const entry = resourceEntry(resource);
      const current = store.get(resource, of.namespace, of.name);
      if (current === undefined) throw notFound(entry, of.name);
      const body = applyMergePatch(asJson(current), patch as JsonObject) as JsonObject;
      const options = {
        manager: how.manager,
        dryRun: false,
        subresource: how.subresource,
        method: 'patch',
      } as const;
      return storedAs(resource, updateObject(context, entry, current, body, options));
    },
    replaceStatus(resource, of, status, manager) {
      const current = store.get(resource, of.namespace, of.name);
      if (current === undefined) return false;
      const body = { ...asJson(current), status: structuredClone(status) as JsonObject };
      const options = { manager, dryRun: false, subresource: 'status', method: 'patch' } as const;
      updateObject(context, resourceEntry(resource), current, body, options);
      return true;
    },
    bindPod(of, node) {
      const current = store.get('pods', of.namespace, of.name);
      if (current === undefined) throw notFound(resourceEntry('pods'), of.name);
      const json = asJson(current);
      store.put('pods', asApiObject({ ...json, spec: { ...objectAt(json, 'spec'), nodeName: node } }));
    },
    delete(resource, of, options = {}) {
      const current = store.get(resource, of.namespace, of.name);
      if (current === undefined) return 'absent';
      const all = {
        gracePeriodSeconds: undefined,
        propagationPolicy: undefined,
        uid: undefined,
        resourceVersion: undefined,
        dryRun: false,
      };
      try {
        return deleteObject(context, resourceEntry(resource), current, { ...all, ...options }).type;
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return 'absent';
        throw error;
      }
    },
    subscribe: (listener) => store.subscribe(listener),
  };
}
