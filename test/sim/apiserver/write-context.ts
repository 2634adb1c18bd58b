import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { ApiError, badRequest } from './api-error.ts';
import type { ApiObject, ManagedFieldsEntry } from './api-object.ts';
import { asJson } from './api-object.ts';
import type { JsonObject } from './json-value.ts';
import { stringAt } from './json-value.ts';
import { recordWrite } from './managed-fields.ts';
import { decodeAs, ModelMismatch } from './object-model.ts';
import type { ObjectStore } from './object-store.ts';
import type { ResourceEntry } from './resource-table.ts';
import { apiVersionOf } from './resource-table.ts';

/** What every write needs. */
export interface WriteContext {
  store: ObjectStore;
  clock: Clock;
  newUid(): string;
  /** Five characters for generateName. */
  nameSuffix(): string;
  /** The next free Service address. */
  clusterAddress(): string;
}

export interface WriteOptions {
  /** fieldManager, or what stands for it. */
  manager: string;
  dryRun: boolean;
  subresource: 'status' | 'scale' | undefined;
  /** Where the body came from decides how a type mismatch and a changed uid are answered. */
  method: 'create' | 'update' | 'patch';
}

/** RFC 3339 with whole seconds, as metav1.Time is written. */
export function timestamp(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

/** The body as an object of its kind. Throws the 400, or for a patch the 422, of a value with the wrong type. */
export function decode(body: JsonObject, entry: ResourceEntry, method: WriteOptions['method']): JsonObject {
  try {
    return decodeAs(body, entry.model);
  } catch (error) {
    if (!(error instanceof ModelMismatch)) throw error;
    if (method !== 'patch')
      throw badRequest(
        `${entry.kind} in version "${entry.version}" cannot be handled as a ${entry.kind}: ${error.message}`,
      );
    const message = `Invalid value: ${JSON.stringify(JSON.stringify(body))}: ${error.message}`;
    throw new ApiError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
      causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
    });
  }
}

/** A body may leave kind and apiVersion out, but not name others. */
export function checkTypeMeta(body: JsonObject, entry: ResourceEntry): void {
  const kind = stringAt(body, 'kind');
  const apiVersion = stringAt(body, 'apiVersion');
  const expected = apiVersionOf(entry);
  if ((kind === undefined || kind === entry.kind) && (apiVersion === undefined || apiVersion === expected))
    return;
  throw badRequest(`${kind ?? ''} in version "${apiVersion ?? ''}" cannot be handled as a ${entry.kind}`);
}

export function checkNamespace(body: JsonObject, namespace: string): void {
  const own = stringAt(body, 'metadata', 'namespace');
  if (own !== undefined && own !== '' && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

export function withTypeMeta(object: JsonObject, entry: ResourceEntry): JsonObject {
  return { ...object, kind: entry.kind, apiVersion: apiVersionOf(entry) };
}

/** managedFields after a write; status belongs to nobody but the writers of the status endpoint. */
export function managed(
  context: WriteContext,
  entry: ResourceEntry,
  before: ApiObject | undefined,
  after: JsonObject,
  options: WriteOptions,
): ManagedFieldsEntry[] {
  const mainWrite = options.subresource === undefined && entry.subresources.includes('status');
  const strip = (object: JsonObject): JsonObject => {
    if (!mainWrite) return object;
    const { status: _, ...rest } = object;
    return rest;
  };
  return recordWrite(
    before?.metadata.managedFields ?? [],
    before === undefined ? undefined : strip(asJson(before)),
    strip(after),
    entry.model,
    {
      manager: options.manager,
      apiVersion: apiVersionOf(entry),
      time: options.subresource === 'scale' ? undefined : timestamp(context.clock.nowMs()),
      subresource: options.subresource,
    },
  );
}
