import * as models from '@kubernetes/client-node';
import type { JsonValue } from './json-value.ts';
import { isObject } from './json-value.ts';

/** How a field's value is built, taken from the OpenAPI models that ship with the client. */
export type FieldType =
  | {
      shape: 'scalar';
      scalar: 'string' | 'boolean' | 'number' | 'time' | 'microtime' | 'int-or-string' | 'any';
    }
  | { shape: 'list'; of: FieldType }
  | { shape: 'map'; of: FieldType }
  | { shape: 'object'; model: string };

interface ModelClass {
  getAttributeTypeMap(): readonly { baseName: string; type: string }[];
}

function isModelClass(value: unknown): value is ModelClass {
  return typeof value === 'function' && 'getAttributeTypeMap' in value;
}

const SCALARS = new Map<string, FieldType>([
  ['string', { shape: 'scalar', scalar: 'string' }],
  ['boolean', { shape: 'scalar', scalar: 'boolean' }],
  ['number', { shape: 'scalar', scalar: 'number' }],
  ['Date', { shape: 'scalar', scalar: 'time' }],
  ['V1MicroTime', { shape: 'scalar', scalar: 'microtime' }],
  ['IntOrString', { shape: 'scalar', scalar: 'int-or-string' }],
  ['any', { shape: 'scalar', scalar: 'any' }],
]);

function parseType(text: string): FieldType {
  const scalar = SCALARS.get(text);
  if (scalar !== undefined) return scalar;
  const list = /^(?:Array|Set)<(.*)>$/.exec(text)?.[1];
  if (list !== undefined) return { shape: 'list', of: parseType(list) };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(text)?.[1];
  if (map !== undefined) return { shape: 'map', of: parseType(map) };
  return { shape: 'object', model: text };
}

const byName = new Map<string, unknown>(Object.entries(models));
const fieldCache = new Map<string, ReadonlyMap<string, FieldType>>();

/** The fields of a model by their JSON name. */
export function fieldsOf(model: string): ReadonlyMap<string, FieldType> {
  const cached = fieldCache.get(model);
  if (cached !== undefined) return cached;
  const found = byName.get(model);
  if (!isModelClass(found)) throw new Error(`no OpenAPI model named ${model}`);
  const fields = new Map(found.getAttributeTypeMap().map((field) => [field.baseName, parseType(field.type)]));
  fieldCache.set(model, fields);
  return fields;
}

/** A value that does not have its field's type. */
export class ModelMismatch extends Error {}

const GO_NAMES: Record<string, string> = { boolean: 'bool', number: 'number' };

function jsonName(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  return isObject(value) ? 'object' : (GO_NAMES[typeof value] ?? typeof value);
}

function goStruct(model: string): string {
  return model.replace(/^(?:Core|Discovery)?V1/, '');
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function checkTime(value: string, micro: boolean): void {
  if (!RFC3339.test(value)) {
    const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
    throw new ModelMismatch(`parsing time "${value}" as "${layout}": cannot parse "${value}" as "2006"`);
  }
  if (micro && !/\.\d{6}(?:Z|[+-])/.test(value)) {
    const rest = /:\d\d(?:\.\d+)?(Z|[+-].*)$/.exec(value)?.[1] ?? 'Z';
    throw new ModelMismatch(
      `parsing time "${value}" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "${rest}" as ".000000"`,
    );
  }
}

function conform(value: JsonValue, type: FieldType, where: { struct: string; path: string }): JsonValue {
  const mismatch = (go: string): ModelMismatch =>
    new ModelMismatch(
      `json: cannot unmarshal ${jsonName(value)} into Go struct field ${where.struct}.${where.path} of type ${go}`,
    );
  switch (type.shape) {
    case 'list': {
      if (!Array.isArray(value)) throw mismatch('[]' + typeName(type.of));
      return value.map((item) => conform(item, type.of, where));
    }
    case 'map': {
      if (!isObject(value)) throw mismatch(`map[string]${typeName(type.of)}`);
      const entries = Object.entries(value).map(
        ([key, item]) => [key, conform(item, type.of, where)] as const,
      );
      return Object.fromEntries(entries);
    }
    case 'object':
      if (!isObject(value)) throw mismatch(`v1.${goStruct(type.model)}`);
      return conformObject(value, type.model, where);
    case 'scalar':
      return conformScalar(value, type.scalar, mismatch);
  }
}

function typeName(type: FieldType): string {
  if (type.shape === 'object') return `v1.${goStruct(type.model)}`;
  return type.shape === 'scalar' && type.scalar === 'boolean' ? 'bool' : 'string';
}

function conformScalar(
  value: JsonValue,
  scalar: (FieldType & { shape: 'scalar' })['scalar'],
  mismatch: (go: string) => ModelMismatch,
): JsonValue {
  switch (scalar) {
    case 'any':
      return value;
    case 'string':
      if (typeof value !== 'string') throw mismatch('string');
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch('bool');
      return value;
    case 'number':
      if (typeof value !== 'number') throw mismatch('int32');
      return value;
    case 'int-or-string':
      if (typeof value !== 'number' && typeof value !== 'string') throw mismatch('intstr.IntOrString');
      return value;
    case 'time':
    case 'microtime':
      if (typeof value !== 'string') throw mismatch('v1.Time');
      checkTime(value, scalar === 'microtime');
      return value;
  }
}

function conformObject(value: JsonValue, model: string, where: { struct: string; path: string }): JsonValue {
  if (!isObject(value))
    throw new ModelMismatch(
      `json: cannot unmarshal ${jsonName(value)} into Go value of type v1.${goStruct(model)}`,
    );
  const result: { [field: string]: JsonValue } = {};
  for (const [field, type] of fieldsOf(model)) {
    const child = Object.hasOwn(value, field) ? value[field] : undefined;
    if (child === undefined || child === null) continue;
    const path = where.path === '' ? field : `${where.path}.${field}`;
    const decoded = conform(child, type, { struct: where.struct, path });
    if (!isEmptyCollection(decoded, type)) result[field] = decoded;
  }
  return result;
}

/** Go's omitempty: an empty list or map is not written, an empty object is. */
function isEmptyCollection(value: JsonValue, type: FieldType): boolean {
  if (type.shape === 'list') return Array.isArray(value) && value.length === 0;
  return type.shape === 'map' && isObject(value) && Object.keys(value).length === 0;
}

/**
 * Decodes JSON as an object of `model`: drops unknown fields and nulls, as kube-apiserver does without strict field
 * validation, and throws ModelMismatch when a value has the wrong type.
 */
export function decodeAs(value: JsonValue, model: string): { [field: string]: JsonValue } {
  const decoded = conformObject(value, model, { struct: goStruct(model), path: '' });
  return isObject(decoded) ? decoded : {};
}

/** Dotted paths of fields that `model` does not have (strict field validation). */
export function unknownFields(value: JsonValue, type: FieldType, path = ''): string[] {
  if (type.shape === 'list' && Array.isArray(value)) {
    return value.flatMap((item, index) => unknownFields(item, type.of, `${path}[${index}]`));
  }
  if (type.shape === 'map' && isObject(value)) {
    return Object.entries(value).flatMap(([key, item]) => unknownFields(item, type.of, `${path}.${key}`));
  }
  if (type.shape !== 'object' || !isObject(value)) return [];
  const fields = fieldsOf(type.model);
  return Object.entries(value).flatMap(([key, item]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const child = fields.get(key);
    return child === undefined ? [at] : unknownFields(item, child, at);
  });
}
