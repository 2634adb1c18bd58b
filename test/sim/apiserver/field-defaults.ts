import type { JsonObject, JsonValue } from './json-value.ts';
import { isObject } from './json-value.ts';

/** Sets a field that is not there. */
export function setDefault(object: JsonObject, field: string, value: JsonValue): void {
  if (object[field] === undefined) object[field] = value;
}

/** The object under a field, made when it is not there. */
export function child(object: JsonObject, field: string): JsonObject {
  const found = object[field];
  if (isObject(found)) return found;
  const made: JsonObject = {};
  object[field] = made;
  return made;
}

/** Calls `change` with each object of a list. */
export function eachObject(value: JsonValue[], change: (item: JsonObject) => void): void {
  for (const item of value) if (isObject(item)) change(item);
}
