import {
  ApiError,
  badRequest,
  invalid,
  methodNotAllowed,
  noSuchResource,
  notFound,
  unsupportedMediaType,
} from './api-error.ts';
import type { ApiObject } from './api-object.ts';
import { asJson } from './api-object.ts';
import { forbiddenField, required } from './field-problem.ts';
import { applyJsonPatch } from './json-patch.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isObject, numberAt, stringAt } from './json-value.ts';
import { isSelected, listObjects, parseSelection } from './list-objects.ts';
import { applyMergePatch } from './merge-patch.ts';
import { unknownFields } from './object-model.ts';
import { createObject } from './create-object.ts';
import type { DeleteOptions } from './delete-object.ts';
import { deleteObject } from './delete-object.ts';
import { updateObject } from './update-object.ts';
import type { WriteContext, WriteOptions } from './write-context.ts';
import type { PodLogSource } from './pod-log.ts';
import { readPodLog } from './pod-log.ts';
import type { RequestInfo } from './request-info.ts';
import type { ResourceEntry } from './resource-table.ts';
import { findResource } from './resource-table.ts';
import { applyScale, scaleOf } from './scale-subresource.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

export interface ResourceRequest {
  info: RequestInfo;
  /** Parsed body; undefined when the request has none. */
  body: JsonValue | undefined;
  /** Media type without parameters. */
  contentType: string;
  userAgent: string;
}

export type Reply = { code: number; json: JsonObject } | { code: number; text: string };

export interface ResourceDeps extends WriteContext {
  logs(): PodLogSource;
}

const OPTION_KINDS: Record<string, string> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};

function optionProblem(verb: string, problem: Parameters<typeof invalid>[2][number]): ApiError {
  return invalid({ group: 'meta.k8s.io', resource: '', kind: OPTION_KINDS[verb] ?? 'CreateOptions' }, '', [
    problem,
  ]);
}

function dryRunOf(info: RequestInfo): boolean {
  const values = info.query.getAll('dryRun').filter((value) => value !== '');
  if (values.length === 0) return false;
  if (values.every((value) => value === 'All')) return true;
  const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
  throw optionProblem(info.verb, { field: 'dryRun', type: 'FieldValueNotSupported', message });
}

/** The manager of a write: the parameter, else the user agent up to its first slash, as upstream. */
export function managerOf(info: RequestInfo, userAgent: string): string {
  const given = info.query.get('fieldManager') ?? '';
  return given === '' ? (userAgent.split('/')[0] ?? 'unknown') : given;
}

function bodyObject(body: JsonValue | undefined, entry: ResourceEntry): JsonObject {
  if (isObject(body)) return body;
  throw badRequest(
    `the object provided is unrecognized (must be of type ${entry.kind}): couldn't get version/kind; json parse error`,
  );
}

function writeOptions(request: ResourceRequest, method: WriteOptions['method']): WriteOptions {
  const { info } = request;
  const subresource =
    info.subresource === 'status' || info.subresource === 'scale' ? info.subresource : undefined;
  return { manager: managerOf(info, request.userAgent), dryRun: dryRunOf(info), subresource, method };
}

function checkStrict(request: ResourceRequest, entry: ResourceEntry, body: JsonObject): void {
  if (request.info.query.get('fieldValidation') !== 'Strict') return;
  const unknown = unknownFields(body, { shape: 'object', model: entry.model });
  if (unknown.length === 0) return;
  const list = unknown.map((field) => `unknown field "${field}"`).join(', ');
  throw badRequest(
    `${entry.kind} in version "${entry.version}" cannot be handled as a ${entry.kind}: strict decoding error: ${list}`,
  );
}

function applyPatch(target: JsonObject, request: ResourceRequest, model: string): JsonObject {
  const patch = request.body;
  const applied = ((): JsonValue => {
    switch (request.contentType) {
      case 'application/json-patch+json':
        return applyJsonPatch(target, patch ?? null);
      case 'application/merge-patch+json':
        if (!isObject(patch))
          throw badRequest(
            'error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}',
          );
        return applyMergePatch(target, patch);
      case 'application/strategic-merge-patch+json':
        return applyStrategicMergePatch(target, patch ?? null, model);
      default:
        throw unsupportedMediaType();
    }
  })();
  if (!isObject(applied)) throw badRequest('the patch does not result in an object');
  return applied;
}

function deleteOptions(info: RequestInfo, body: JsonValue | undefined): DeleteOptions {
  const given: JsonObject = isObject(body) ? body : {};
  const grace =
    numberAt(given, 'gracePeriodSeconds') ??
    (info.query.has('gracePeriodSeconds') ? Number(info.query.get('gracePeriodSeconds')) : undefined);
  const policy = stringAt(given, 'propagationPolicy') ?? info.query.get('propagationPolicy') ?? undefined;
  const dryRun = dryRunOf(info) || (Array.isArray(given['dryRun']) && given['dryRun'].includes('All'));
  return {
    gracePeriodSeconds: grace,
    propagationPolicy:
      policy === 'Foreground' || policy === 'Orphan' || policy === 'Background' ? policy : undefined,
    uid: stringAt(given, 'preconditions', 'uid'),
    resourceVersion: stringAt(given, 'preconditions', 'resourceVersion'),
    dryRun,
  };
}

function deleteReply(entry: ResourceEntry, outcome: ReturnType<typeof deleteObject>): Reply {
  const { metadata } = outcome.object;
  if (entry.resource === 'pods' || outcome.type === 'terminating')
    return { code: 200, json: asJson(outcome.object) };
  const details = {
    name: metadata.name,
    ...(entry.group === '' ? {} : { group: entry.group }),
    kind: entry.resource,
    uid: metadata.uid,
  };
  return { code: 200, json: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
}

const ON_COLLECTION = ['list', 'watch', 'create', 'deletecollection'];
const ON_OBJECT = ['get', 'update', 'patch', 'delete'];

function verbsOf(entry: ResourceEntry, info: RequestInfo): readonly string[] {
  if (info.subresource === 'log') return ['get'];
  if (info.subresource !== '') return ['get', 'update', 'patch'];
  const applicable = info.name === '' ? ON_COLLECTION : ON_OBJECT;
  return entry.verbs.filter((verb) => applicable.includes(verb));
}

/** The table's entry for a request; throws 404 or 405 for what is not served. */
export function entryFor(info: RequestInfo): ResourceEntry {
  const entry = findResource(info.group, info.version, info.resource);
  if (entry === undefined) throw noSuchResource();
  if (info.subresource !== '' && !entry.subresources.some((sub) => sub === info.subresource))
    throw noSuchResource();
  const needsNamespace = entry.namespaced && info.verb === 'create';
  if (!verbsOf(entry, info).includes(info.verb) || (needsNamespace && info.namespace === ''))
    throw methodNotAllowed();
  return entry;
}

function checkPatchOptions(request: ResourceRequest): void {
  if (request.contentType === 'application/apply-patch+yaml') {
    if ((request.info.query.get('fieldManager') ?? '') === '')
      throw optionProblem('patch', required('fieldManager', 'is required for apply patch'));
    throw unsupportedMediaType();
  }
  if (request.info.query.has('force'))
    throw optionProblem('patch', forbiddenField('force', 'may not be specified for non-apply patch'));
}

/** Handles every request on a stored resource but watches. Throws ApiError. */
export function handleResource(deps: ResourceDeps, entry: ResourceEntry, request: ResourceRequest): Reply {
  const { info } = request;
  const { store } = deps;
  const namespace = entry.namespaced ? info.namespace : '';
  const found = (): ApiObject => {
    const object = store.get(entry.resource, namespace, info.name);
    if (object === undefined) throw notFound(entry, info.name);
    return object;
  };
  switch (info.verb) {
    case 'list':
      return { code: 200, json: listObjects(store, entry, namespace, info.query) };
    case 'get':
      if (info.subresource === 'log')
        return { code: 200, text: readPodLog(deps.logs(), deps.clock, found(), info.query) };
      return { code: 200, json: info.subresource === 'scale' ? scaleOf(found()) : asJson(found()) };
    case 'create': {
      const body = bodyObject(request.body, entry);
      const options = writeOptions(request, 'create');
      checkStrict(request, entry, body);
      return { code: 201, json: asJson(createObject(deps, entry, namespace, body, options)) };
    }
    case 'update':
      return update(deps, entry, request, namespace);
    case 'patch': {
      checkPatchOptions(request);
      const options = writeOptions(request, 'patch');
      const current = found();
      if (info.subresource === 'scale') {
        const desired = applyScale(current, applyPatch(scaleOf(current), request, 'V1Scale'));
        return { code: 200, json: scaleOf(updateObject(deps, entry, current, desired, options)) };
      }
      const patched = applyPatch(asJson(current), request, entry.model);
      checkStrict(request, entry, patched);
      return { code: 200, json: asJson(updateObject(deps, entry, current, patched, options)) };
    }
    case 'delete':
      return deleteReply(entry, deleteObject(deps, entry, found(), deleteOptions(info, request.body)));
    case 'deletecollection': {
      const selection = parseSelection(info.query, entry);
      const chosen = store.list(entry.resource, namespace).filter((object) => isSelected(object, selection));
      const reply = listObjects(store, entry, namespace, info.query);
      for (const object of chosen) deleteObject(deps, entry, object, deleteOptions(info, request.body));
      return { code: 200, json: reply };
    }
    default:
      throw methodNotAllowed();
  }
}

function update(
  deps: ResourceDeps,
  entry: ResourceEntry,
  request: ResourceRequest,
  namespace: string,
): Reply {
  const { info } = request;
  const body = bodyObject(request.body, entry);
  const options = writeOptions(request, 'update');
  const current = deps.store.get(entry.resource, namespace, info.name);
  const ownName = stringAt(body, 'metadata', 'name');
  if (ownName !== undefined && ownName !== info.name) {
    throw badRequest(`the name of the object (${ownName}) does not match the name on the URL (${info.name})`);
  }
  if (current === undefined) {
    if (!entry.createOnUpdate || info.subresource !== '') throw notFound(entry, info.name);
    if ((stringAt(body, 'metadata', 'resourceVersion') ?? '') !== '') throw notFound(entry, info.name);
    return { code: 201, json: asJson(createObject(deps, entry, namespace, body, options)) };
  }
  if (info.subresource === 'scale')
    return {
      code: 200,
      json: scaleOf(updateObject(deps, entry, current, applyScale(current, body), options)),
    };
  checkStrict(request, entry, body);
  return { code: 200, json: asJson(updateObject(deps, entry, current, body, options)) };
}
