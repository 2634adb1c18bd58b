import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import {
  badRequest,
  conflict,
  alreadyExists,
  ApiError,
  invalid,
  modifiedConflict,
  notFound,
  preconditionConflict,
} from './api-error.ts';
import type { ApiObject, ManagedFieldsEntry } from './api-object.ts';
import { asApiObject, asJson } from './api-object.ts';
import { admitNewObject, applyDefaults } from './defaults.ts';
import type { JsonObject } from './json-value.ts';
import { arrayAt, isObject, numberAt, objectAt, sameJson, stringAt } from './json-value.ts';
import { recordWrite } from './managed-fields.ts';
import { decodeAs, ModelMismatch } from './object-model.ts';
import type { ObjectStore } from './object-store.ts';
import type { ResourceEntry } from './resource-table.ts';
import { apiVersionOf, resourceEntry } from './resource-table.ts';
import { objectProblems, updateProblems } from './validate-object.ts';

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

function decode(body: JsonObject, entry: ResourceEntry, method: WriteOptions['method']): JsonObject {
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

function checkTypeMeta(body: JsonObject, entry: ResourceEntry): void {
  const kind = stringAt(body, 'kind');
  const apiVersion = stringAt(body, 'apiVersion');
  const expected = apiVersionOf(entry);
  if ((kind === undefined || kind === entry.kind) && (apiVersion === undefined || apiVersion === expected))
    return;
  throw badRequest(`${kind ?? ''} in version "${apiVersion ?? ''}" cannot be handled as a ${entry.kind}`);
}

function checkNamespace(body: JsonObject, namespace: string): void {
  const own = stringAt(body, 'metadata', 'namespace');
  if (own !== undefined && own !== '' && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

function withTypeMeta(object: JsonObject, entry: ResourceEntry): JsonObject {
  return { ...object, kind: entry.kind, apiVersion: apiVersionOf(entry) };
}

function resetStatus(object: JsonObject, entry: ResourceEntry): void {
  // Nodes and namespaces keep a status given at creation; the others start empty.
  if (entry.subresources.includes('status') && entry.resource !== 'nodes') delete object['status'];
}

function managed(
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

function checkNamespaceUsable(
  context: WriteContext,
  entry: ResourceEntry,
  namespace: string,
  name: string,
): void {
  if (!entry.namespaced) return;
  const found = context.store.get('namespaces', '', namespace);
  if (found === undefined) throw notFound(resourceEntry('namespaces'), namespace);
  if (found.metadata.deletionTimestamp !== undefined) {
    const qualified = entry.group === '' ? entry.resource : `${entry.resource}.${entry.group}`;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const details = {
      name,
      ...(entry.group === '' ? {} : { group: entry.group }),
      kind: entry.resource,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    };
    throw new ApiError(403, 'Forbidden', `${qualified} "${name}" is forbidden: ${why}`, details);
  }
}

/** POST. Returns the object as stored, or as it would be stored with a dry run. */
export function createObject(
  context: WriteContext,
  entry: ResourceEntry,
  namespace: string,
  body: JsonObject,
  options: WriteOptions,
): ApiObject {
  checkTypeMeta(body, entry);
  checkNamespace(body, namespace);
  const object = withTypeMeta(decode(body, entry, options.method), entry);
  const given = objectAt(object, 'metadata');
  const resourceVersion = stringAt(given, 'resourceVersion');
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0') {
    throw new ApiError(500, undefined, 'resourceVersion should not be set on objects to be created');
  }
  const prefix = stringAt(given, 'generateName') ?? '';
  const name = stringAt(given, 'name') ?? (prefix === '' ? '' : `${prefix}${context.nameSuffix()}`);
  checkNamespaceUsable(context, entry, namespace, name);
  const metadata: JsonObject = {
    ...given,
    uid: context.newUid(),
    creationTimestamp: timestamp(context.clock.nowMs()),
  };
  if (name !== '') metadata['name'] = name;
  if (entry.namespaced) metadata['namespace'] = namespace;
  else delete metadata['namespace'];
  for (const field of [
    'resourceVersion',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'managedFields',
    'generation',
  ])
    delete metadata[field];
  if (entry.hasGeneration) metadata['generation'] = 1;
  object['metadata'] = metadata;
  resetStatus(object, entry);
  if (entry.resource === 'daemonsets')
    metadata['annotations'] = {
      ...objectAt(metadata, 'annotations'),
      'deprecated.daemonset.template.generation': '1',
    };
  applyDefaults(entry.resource, object);
  const entries = managed(context, entry, undefined, object, options);
  admitNewObject(entry.resource, object, () => context.clusterAddress());
  const problems = objectProblems(object, entry);
  if (problems.length > 0) throw invalid(entry, name, problems);
  if (context.store.get(entry.resource, entry.namespaced ? namespace : '', name) !== undefined)
    throw alreadyExists(entry, name);
  if (entries.length > 0) metadata['managedFields'] = entries;
  return options.dryRun ? asApiObject(object) : context.store.put(entry.resource, asApiObject(object));
}

function checkIdentity(
  entry: ResourceEntry,
  current: ApiObject,
  given: JsonObject,
  method: WriteOptions['method'],
): void {
  const name = current.metadata.name;
  const ownName = stringAt(given, 'name');
  if (ownName !== undefined && ownName !== name)
    throw badRequest(`the name of the object (${ownName}) does not match the name on the URL (${name})`);
  const uid = stringAt(given, 'uid');
  if (method === 'update' && uid !== undefined && uid !== current.metadata.uid) {
    const key = `/registry/${entry.resource}/${current.metadata.namespace === undefined ? '' : `${current.metadata.namespace}/`}${name}`;
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
    throw conflict(
      entry,
      name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
    );
  }
  const version = stringAt(given, 'resourceVersion');
  if (
    version !== undefined &&
    version !== '' &&
    version !== '0' &&
    version !== current.metadata.resourceVersion
  )
    throw modifiedConflict(entry, name);
}

/** What the endpoint lets a write change: everything but status, or status and some metadata only. */
function restrict(
  object: JsonObject,
  before: JsonObject,
  entry: ResourceEntry,
  options: WriteOptions,
): JsonObject {
  if (options.subresource === 'status') {
    const { status: _, ...kept } = before;
    const metadata = objectAt(object, 'metadata');
    const status = object['status'];
    return { ...structuredClone(kept), metadata, ...(status === undefined ? {} : { status }) };
  }
  if (!entry.subresources.includes('status')) return object;
  const { status: _, ...rest } = object;
  return before['status'] === undefined ? rest : { ...rest, status: structuredClone(before['status']) };
}

function contentOf(object: JsonObject): JsonObject {
  const { metadata: _, status: __, ...rest } = object;
  return rest;
}

function bumpGeneration(before: JsonObject, object: JsonObject, entry: ResourceEntry): void {
  const metadata = objectAt(object, 'metadata');
  if (!entry.hasGeneration || sameJson(contentOf(before), contentOf(object))) return;
  metadata['generation'] = (numberAt(before, 'metadata', 'generation') ?? 0) + 1;
  if (entry.resource !== 'daemonsets') return;
  const key = 'deprecated.daemonset.template.generation';
  const old = Number(stringAt(before, 'metadata', 'annotations', key) ?? '0');
  const changed = !sameJson(
    before['spec'] === undefined ? {} : objectAt(before, 'spec', 'template'),
    objectAt(object, 'spec', 'template'),
  );
  metadata['annotations'] = { ...objectAt(metadata, 'annotations'), [key]: String(changed ? old + 1 : old) };
}

/** PUT and PATCH, after the patch is applied. An update that changes nothing writes nothing, as upstream. */
export function updateObject(
  context: WriteContext,
  entry: ResourceEntry,
  current: ApiObject,
  body: JsonObject,
  options: WriteOptions,
): ApiObject {
  checkTypeMeta(body, entry);
  checkNamespace(body, current.metadata.namespace ?? '');
  const before = asJson(current);
  const decoded = withTypeMeta(decode(body, entry, options.method), entry);
  const given = objectAt(decoded, 'metadata');
  checkIdentity(entry, current, given, options.method);
  const metadata: JsonObject = { ...given };
  for (const field of [
    'name',
    'namespace',
    'resourceVersion',
    'creationTimestamp',
    'generation',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'managedFields',
  ]) {
    const kept = objectAt(before, 'metadata')[field];
    if (kept === undefined) delete metadata[field];
    else metadata[field] = structuredClone(kept);
  }
  metadata['uid'] = given['uid'] ?? current.metadata.uid;
  decoded['metadata'] = metadata;
  const object = restrict(decoded, before, entry, options);
  if (entry.resource === 'services') keepAddresses(object, before);
  applyDefaults(entry.resource, object);
  const entries = managed(context, entry, current, object, options);
  bumpGeneration(before, object, entry);
  const problems = [...updateProblems(before, object, entry), ...objectProblems(object, entry)];
  if (problems.length > 0) throw invalid(entry, current.metadata.name, problems);
  if (entries.length > 0) metadata['managedFields'] = entries;
  else delete metadata['managedFields'];
  if (sameJson(before, object)) return current;
  if (options.dryRun) return asApiObject(object);
  const done =
    stringAt(metadata, 'deletionTimestamp') !== undefined && arrayAt(metadata, 'finalizers').length === 0;
  if (done && (numberAt(metadata, 'deletionGracePeriodSeconds') ?? 0) === 0) {
    context.store.remove(entry.resource, asApiObject(object));
    return asApiObject(object);
  }
  return context.store.put(entry.resource, asApiObject(object));
}

function keepAddresses(object: JsonObject, before: JsonObject): void {
  const spec = object['spec'];
  if (!isObject(spec)) return;
  for (const field of ['clusterIP', 'clusterIPs'] as const) {
    const kept = objectAt(before, 'spec')[field];
    if (spec[field] === undefined && kept !== undefined) spec[field] = structuredClone(kept);
  }
}

export interface DeleteOptions {
  gracePeriodSeconds: number | undefined;
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan' | undefined;
  uid: string | undefined;
  resourceVersion: string | undefined;
  dryRun: boolean;
}

export type DeleteOutcome =
  | { type: 'removed'; object: ApiObject }
  | { type: 'terminating'; object: ApiObject };

function graceOf(current: ApiObject, entry: ResourceEntry, asked: number | undefined): number {
  if (entry.resource !== 'pods') return 0;
  const json = asJson(current);
  const phase = stringAt(json, 'status', 'phase');
  if ((stringAt(json, 'spec', 'nodeName') ?? '') === '' || phase === 'Failed' || phase === 'Succeeded')
    return 0;
  return asked ?? numberAt(json, 'spec', 'terminationGracePeriodSeconds') ?? 30;
}

/** DELETE of one object: preconditions, grace period of pods, finalizers, propagation. */
export function deleteObject(
  context: WriteContext,
  entry: ResourceEntry,
  current: ApiObject,
  options: DeleteOptions,
): DeleteOutcome {
  const { metadata } = current;
  if (options.uid !== undefined && options.uid !== metadata.uid) {
    throw preconditionConflict(
      entry,
      metadata.name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== metadata.resourceVersion) {
    throw preconditionConflict(
      entry,
      metadata.name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
  const grace = graceOf(current, entry, options.gracePeriodSeconds);
  const finalizers = [...(metadata.finalizers ?? [])];
  if (options.propagationPolicy === 'Foreground') finalizers.push('foregroundDeletion');
  if (options.propagationPolicy === 'Orphan') finalizers.push('orphan');
  const already = metadata.deletionTimestamp !== undefined;
  const now = context.clock.nowMs();
  const marked: ApiObject = {
    ...current,
    metadata: {
      ...metadata,
      deletionTimestamp: timestamp(now + grace * 1000),
      deletionGracePeriodSeconds: grace,
      ...(metadata.generation === undefined || already ? {} : { generation: metadata.generation + 1 }),
      ...(finalizers.length === 0 ? {} : { finalizers: [...new Set(finalizers)] }),
    },
  };
  if (grace === 0 && finalizers.length === 0) {
    if (options.dryRun) return { type: 'removed', object: marked };
    return {
      type: 'removed',
      object: context.store.remove(entry.resource, entry.resource === 'pods' ? marked : current),
    };
  }
  const longer = already && (metadata.deletionGracePeriodSeconds ?? 0) <= grace;
  if (longer || options.dryRun) return { type: 'terminating', object: longer ? current : marked };
  return { type: 'terminating', object: context.store.put(entry.resource, marked) };
}
