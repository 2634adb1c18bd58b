import type { ManagedFieldsEntry } from './api-object.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isObject, sameJson } from './json-value.ts';
import type { FieldType } from './object-model.ts';
import { fieldsOf } from './object-model.ts';

/**
 * Field ownership of Update operations, after structured-merge-diff: what a write adds or changes belongs to its
 * manager, and is taken from the others; what it removes belongs to nobody.
 */

/** `listMapKey` of associative lists by the model of their items; other lists of objects are atomic. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  V1Container: ['name'],
  V1EnvVar: ['name'],
  V1ContainerPort: ['containerPort', 'protocol'],
  V1Volume: ['name'],
  V1VolumeMount: ['mountPath'],
  V1OwnerReference: ['uid'],
  V1ServicePort: ['port', 'protocol'],
  V1LocalObjectReference: ['name'],
  V1HostAlias: ['ip'],
  V1PodIP: ['ip'],
  V1NodeAddress: ['type'],
  V1PodCondition: ['type'],
  V1NodeCondition: ['type'],
  V1DaemonSetCondition: ['type'],
  V1DeploymentCondition: ['type'],
  V1ReplicaSetCondition: ['type'],
  V1NamespaceCondition: ['type'],
};

const ATOMIC_MODELS = new Set([
  'V1LabelSelector',
  'V1LocalObjectReference',
  'V1ObjectReference',
  'V1ObjectFieldSelector',
  'V1ResourceFieldSelector',
  'V1ConfigMapKeySelector',
  'V1SecretKeySelector',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
]);
const ATOMIC_MAPS = new Set(['nodeSelector', 'selector']);
const SETS = new Set(['finalizers', 'podCIDRs', 'addresses']);
const IGNORED_METADATA = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

/** What upstream writes in every object even when it is empty, so that filling it does not own the field itself. */
const ALWAYS_THERE: JsonObject = {
  metadata: {},
  spec: {
    template: { metadata: {}, spec: { containers: [] } },
    containers: [],
    updateStrategy: {},
    strategy: {},
    podSelector: {},
  },
  status: { loadBalancer: {}, daemonEndpoints: {}, nodeInfo: {} },
  endpoints: null,
  ports: null,
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};

type Path = readonly string[];

interface Child {
  step: string;
  value: JsonValue;
  type: FieldType;
  field: string;
}

const ANY: FieldType = { shape: 'scalar', scalar: 'any' };

/** Children of a value by path step; undefined when the value is owned as a whole. */
function childrenOf(value: JsonValue, type: FieldType, field: string): Child[] | undefined {
  if (type.shape === 'map' && isObject(value)) {
    if (ATOMIC_MAPS.has(field)) return undefined;
    return Object.entries(value).map(([key, child]) => ({
      step: `f:${key}`,
      value: child,
      type: type.of,
      field: '',
    }));
  }
  if (type.shape === 'object' && isObject(value)) {
    if (ATOMIC_MODELS.has(type.model)) return undefined;
    const fields = fieldsOf(type.model);
    return Object.entries(value)
      .filter(([key]) => !(type.model === 'V1ObjectMeta' && IGNORED_METADATA.has(key)))
      .map(([key, child]) => ({ step: `f:${key}`, value: child, type: fields.get(key) ?? ANY, field: key }));
  }
  if (type.shape === 'list' && Array.isArray(value)) return listChildren(value, type.of, field);
  return undefined;
}

function listChildren(value: readonly JsonValue[], type: FieldType, field: string): Child[] | undefined {
  if (type.shape === 'scalar') {
    if (!SETS.has(field)) return undefined;
    return value.map((item) => ({ step: `v:${JSON.stringify(item)}`, value: item, type, field: '' }));
  }
  const keys = type.shape === 'object' ? LIST_KEYS[type.model] : undefined;
  if (keys === undefined) return undefined;
  return value.map((item) => {
    const named = keys.map((key) => [key, isObject(item) ? (item[key] ?? null) : null] as const);
    return { step: `k:${JSON.stringify(Object.fromEntries(named))}`, value: item, type, field: '' };
  });
}

function addAll(value: JsonValue, type: FieldType, field: string, path: Path, into: Set<string>): void {
  into.add(JSON.stringify(path));
  // An associative item of LocalObjectReference is a struct of its own although the model is atomic elsewhere.
  for (const child of childrenOf(value, type, field) ?? [])
    addAll(child.value, child.type, child.field, [...path, child.step], into);
}

interface Change {
  written: Set<string>;
  removed: Set<string>;
}

function compare(
  before: JsonValue,
  after: JsonValue,
  at: { type: FieldType; field: string; path: Path },
  change: Change,
): void {
  const old = childrenOf(before, at.type, at.field);
  const fresh = childrenOf(after, at.type, at.field);
  if (old === undefined || fresh === undefined) {
    if (!sameJson(before, after)) change.written.add(JSON.stringify(at.path));
    return;
  }
  const oldBySteps = new Map(old.map((child) => [child.step, child]));
  for (const child of fresh) {
    const previous = oldBySteps.get(child.step);
    oldBySteps.delete(child.step);
    const path = [...at.path, child.step];
    if (previous === undefined) addAll(child.value, child.type, child.field, path, change.written);
    else compare(previous.value, child.value, { type: child.type, field: child.field, path }, change);
  }
  for (const gone of oldBySteps.values())
    addAll(gone.value, gone.type, gone.field, [...at.path, gone.step], change.removed);
}

function withoutTypeMeta(object: JsonObject): JsonObject {
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}

function toTree(paths: ReadonlySet<string>): JsonObject {
  const root: JsonObject = {};
  for (const text of [...paths].toSorted()) {
    const path = parsePath(text);
    let node = root;
    for (const step of path) {
      const next = node[step];
      if (isObject(next)) node = next;
      else {
        const made: JsonObject = {};
        node[step] = made;
        node = made;
      }
    }
    node['.'] = {};
  }
  return trimLeaves(root);
}

/** A member without children is written `{}`, one with children carries `"."`. */
function trimLeaves(node: JsonObject): JsonObject {
  const entries = Object.entries(node).filter(([step]) => step !== '.');
  const children = entries.map(([step, child]) => [step, isObject(child) ? trimLeaves(child) : {}] as const);
  if (children.length === 0) return {};
  return { ...('.' in node ? { '.': {} } : {}), ...Object.fromEntries(children) };
}

function parsePath(text: string): string[] {
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

function fromTree(node: JsonObject, path: Path = []): string[] {
  const steps = Object.entries(node).filter(([step]) => step !== '.');
  const self = path.length > 0 && (steps.length === 0 || '.' in node) ? [JSON.stringify(path)] : [];
  return [
    ...self,
    ...steps.flatMap(([step, child]) => (isObject(child) ? fromTree(child, [...path, step]) : [])),
  ];
}

export interface WriteRecord {
  manager: string;
  apiVersion: string;
  /** RFC 3339 with seconds; undefined for writes through `scale`, which upstream leaves undated. */
  time: string | undefined;
  subresource: string | undefined;
}

/**
 * managedFields after a write that turned `before` (undefined: created) into `after`. Objects are compared by the
 * OpenAPI model; fields that the write's endpoint resets must already be equal in both.
 */
export function recordWrite(
  entries: readonly ManagedFieldsEntry[],
  before: JsonObject | undefined,
  after: JsonObject,
  model: string,
  write: WriteRecord,
): ManagedFieldsEntry[] {
  const change: Change = { written: new Set(), removed: new Set() };
  const type: FieldType = { shape: 'object', model };
  compare(
    withoutTypeMeta(before ?? ALWAYS_THERE),
    withoutTypeMeta(after),
    { type, field: '', path: [] },
    change,
  );
  const same = (entry: ManagedFieldsEntry): boolean =>
    entry.manager === write.manager &&
    entry.operation === 'Update' &&
    entry.apiVersion === write.apiVersion &&
    entry.subresource === write.subresource;
  const kept: ManagedFieldsEntry[] = [];
  let own = new Set<string>();
  let ownTime = write.time;
  for (const entry of entries) {
    const paths = new Set(fromTree(entry.fieldsV1));
    const left = new Set(
      [...paths].filter((path) => !change.removed.has(path) && !(change.written.has(path) && !same(entry))),
    );
    if (same(entry)) {
      own = left;
      if (change.written.size === 0 && left.size === paths.size) ownTime = entry.time;
    } else if (left.size > 0) kept.push({ ...entry, fieldsV1: toTree(left) });
  }
  for (const path of change.written) own.add(path);
  if (own.size > 0) {
    kept.push({
      manager: write.manager,
      operation: 'Update',
      apiVersion: write.apiVersion,
      ...(ownTime === undefined ? {} : { time: ownTime }),
      fieldsType: 'FieldsV1',
      fieldsV1: toTree(own),
      ...(write.subresource === undefined ? {} : { subresource: write.subresource }),
    });
  }
  const order = (entry: ManagedFieldsEntry): string =>
    [entry.time ?? '', entry.manager, entry.apiVersion, entry.subresource ?? ''].join('\n');
  return kept.toSorted((left, right) => (order(left) < order(right) ? -1 : 1));
}
