import { badRequest, conflict, invalid, modifiedConflict } from './api-error.ts';
import type { ApiObject } from './api-object.ts';
import { asApiObject, asJson } from './api-object.ts';
import { applyDefaults } from './defaults.ts';
import type { JsonObject } from './json-value.ts';
import { arrayAt, isObject, numberAt, objectAt, sameJson, stringAt } from './json-value.ts';
import type { ResourceEntry } from './resource-table.ts';
import { objectProblems, updateProblems } from './validate-object.ts';
import type { WriteContext, WriteOptions } from './write-context.ts';
import { checkNamespace, checkTypeMeta, decode, managed, withTypeMeta } from './write-context.ts';

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

function keepAddresses(object: JsonObject, before: JsonObject): void {
  const spec = object['spec'];
  if (!isObject(spec)) return;
  for (const field of ['clusterIP', 'clusterIPs'] as const) {
    const kept = objectAt(before, 'spec')[field];
    if (spec[field] === undefined && kept !== undefined) spec[field] = structuredClone(kept);
  }
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
