import { badRequest } from './api-error.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isObject, sameJson } from './json-value.ts';
import type { FieldType } from './object-model.ts';
import { fieldsOf } from './object-model.ts';

/**
 * `patchMergeKey` tags of k8s.io/api by the model of the list's items. Lists of anything else are replaced whole:
 * so are tolerations, args, command and the rules of a NetworkPolicy.
 */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  V1Container: 'name',
  V1EphemeralContainer: 'name',
  V1EnvVar: 'name',
  V1ContainerPort: 'containerPort',
  V1Volume: 'name',
  V1VolumeMount: 'mountPath',
  V1VolumeDevice: 'devicePath',
  V1HostAlias: 'ip',
  V1LocalObjectReference: 'name',
  V1TopologySpreadConstraint: 'topologyKey',
  V1OwnerReference: 'uid',
  V1ServicePort: 'port',
  V1PodCondition: 'type',
  V1NodeCondition: 'type',
  V1NodeAddress: 'type',
  V1DaemonSetCondition: 'type',
  V1DeploymentCondition: 'type',
  V1ReplicaSetCondition: 'type',
  V1NamespaceCondition: 'type',
  V1PodIP: 'ip',
};

/** Lists of scalars with `patchStrategy=merge`, by field name. */
const MERGED_SCALARS = new Set(['finalizers', 'podCIDRs']);
/** Lists of merge-keyed models that upstream replaces all the same. */
const REPLACED_FIELDS = new Set(['initContainerStatuses', 'containerStatuses']);

const DIRECTIVE = /^\$(?:patch|retainKeys|setElementOrder\/.*|deleteFromPrimitiveList\/.*)$/;
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';

/** What directives beside the fields do: keep only some fields, take values out of lists of scalars. */
function applyDirectives(result: { [field: string]: JsonValue }, patch: JsonObject): void {
  const retain = patch['$retainKeys'];
  if (Array.isArray(retain)) {
    for (const field of Object.keys(result)) if (!retain.includes(field)) delete result[field];
  }
  for (const [field, values] of Object.entries(patch)) {
    if (!field.startsWith(DELETE_FROM_LIST)) continue;
    const name = field.slice(DELETE_FROM_LIST.length);
    const current = result[name];
    if (Array.isArray(current) && Array.isArray(values)) {
      result[name] = current.filter((item) => !values.includes(item));
    }
  }
}

function mergeMap(target: JsonValue | undefined, patch: JsonObject, type: FieldType): JsonValue {
  if (patch['$patch'] === 'delete') return {};
  const replaces = patch['$patch'] === 'replace';
  const result: { [field: string]: JsonValue } = isObject(target) && !replaces ? { ...target } : {};
  applyDirectives(result, patch);
  for (const [field, value] of Object.entries(patch)) {
    if (DIRECTIVE.test(field)) continue;
    if (value === null) delete result[field];
    else {
      const order = patch[`$setElementOrder/${field}`];
      result[field] = mergeValue(result[field], value, childType(type, field), field, order);
    }
  }
  return result;
}

function childType(type: FieldType, field: string): FieldType {
  const any: FieldType = { shape: 'scalar', scalar: 'any' };
  if (type.shape === 'map') return type.of;
  return type.shape === 'object' ? (fieldsOf(type.model).get(field) ?? any) : any;
}

function mergeValue(
  target: JsonValue | undefined,
  patch: JsonValue,
  type: FieldType,
  field: string,
  order: JsonValue | undefined,
): JsonValue {
  if (isObject(patch)) return mergeMap(target, patch, type);
  if (!Array.isArray(patch) || type.shape !== 'list') return structuredClone(patch);
  if (type.of.shape === 'scalar') {
    if (!MERGED_SCALARS.has(field) || !Array.isArray(target)) return structuredClone(patch);
    return [...target, ...patch.filter((item) => !target.includes(item))];
  }
  const key =
    type.of.shape === 'object' && !REPLACED_FIELDS.has(field) ? MERGE_KEYS[type.of.model] : undefined;
  if (key === undefined) return patch.filter((item) => !(isObject(item) && item['$patch'] !== undefined));
  return mergeKeyedList(Array.isArray(target) ? target : [], patch, { type: type.of, key, order });
}

function mergeKeyedList(
  target: readonly JsonValue[],
  patch: readonly JsonValue[],
  how: { type: FieldType; key: string; order: JsonValue | undefined },
): JsonValue[] {
  const keyOf = (item: JsonValue): JsonValue | undefined => (isObject(item) ? item[how.key] : undefined);
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isObject(item) && item['$patch'] === 'replace'));
  }
  let result = [...target];
  const added: JsonValue[] = [];
  for (const item of patch) {
    const key = keyOf(item);
    if (!isObject(item) || key === undefined) {
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${how.key}`);
    }
    const index = result.findIndex((existing) => sameJson(keyOf(existing), key));
    if (item['$patch'] === 'delete') {
      result = result.filter((_, at) => at !== index);
      continue;
    }
    const merged = mergeMap(index < 0 ? undefined : result[index], item, how.type);
    if (index < 0) added.push(merged);
    else result[index] = merged;
  }
  return ordered(result, added, patch, how.order, keyOf);
}

/** Elements that the patch names take its order; those it does not name keep theirs (measured on v1.34). */
function ordered(
  kept: readonly JsonValue[],
  added: readonly JsonValue[],
  patch: readonly JsonValue[],
  order: JsonValue | undefined,
  keyOf: (item: JsonValue) => JsonValue | undefined,
): JsonValue[] {
  const wanted = (Array.isArray(order) ? order : patch).map(keyOf);
  const rank = (item: JsonValue): number => wanted.findIndex((key) => sameJson(key, keyOf(item)));
  const all = [...kept, ...added];
  const named = all.filter((item) => rank(item) >= 0).toSorted((left, right) => rank(left) - rank(right));
  const unnamed = all.filter((item) => rank(item) < 0);
  const result: JsonValue[] = [];
  const position = (item: JsonValue): number => kept.indexOf(item);
  for (const item of unnamed) {
    // A named element goes first when it already stood before the unnamed one, or is new.
    while (named[0] !== undefined && position(named[0]) < position(item)) result.push(...named.splice(0, 1));
    result.push(item);
  }
  return [...result, ...named];
}

/** Applies a strategic merge patch to an object of the given OpenAPI model. */
export function applyStrategicMergePatch(target: JsonValue, patch: JsonValue, model: string): JsonValue {
  if (!isObject(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  return mergeMap(target, patch, { shape: 'object', model });
}
