import { badRequest, patchRejected } from './api-error.ts';
import type { JsonValue } from './json-value.ts';
import { isObject, sameJson } from './json-value.ts';

interface Operation {
  op: string;
  path: string[];
  from: string[] | undefined;
  value: JsonValue;
}

function pointer(text: string): string[] {
  if (text === '') return [];
  if (!text.startsWith('/')) throw patchRejected();
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function parse(patch: JsonValue): Operation[] {
  if (!Array.isArray(patch)) {
    const name = isObject(patch) ? 'object' : typeof patch;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${name} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  return patch.map((item) => {
    const operation = isObject(item) ? item : {};
    const { op, path, from } = operation;
    if (typeof op !== 'string' || typeof path !== 'string') throw patchRejected();
    return {
      op,
      path: pointer(path),
      from: typeof from === 'string' ? pointer(from) : undefined,
      value: operation['value'] ?? null,
    };
  });
}

function split(path: readonly string[]): { parent: readonly string[]; token: string } {
  const token = path.at(-1);
  if (token === undefined) throw patchRejected();
  return { parent: path.slice(0, -1), token };
}

function container(
  document: JsonValue,
  path: readonly string[],
): JsonValue[] | { [field: string]: JsonValue } {
  let current: JsonValue | undefined = document;
  for (const token of path) {
    if (Array.isArray(current)) current = current[indexIn(current, token)];
    else if (isObject(current) && Object.hasOwn(current, token)) current = current[token];
    else throw patchRejected();
  }
  if (Array.isArray(current) || isObject(current)) return current;
  throw patchRejected();
}

function indexIn(list: readonly JsonValue[], token: string): number {
  if (!/^(?:0|[1-9]\d*)$/.test(token)) throw patchRejected();
  const index = Number(token);
  if (index >= list.length) throw patchRejected();
  return index;
}

function read(document: JsonValue, path: readonly string[]): JsonValue | undefined {
  if (path.length === 0) return document;
  const { parent, token } = split(path);
  const holder = container(document, parent);
  if (Array.isArray(holder)) return holder[indexIn(holder, token)];
  return Object.hasOwn(holder, token) ? holder[token] : undefined;
}

function add(document: JsonValue, path: readonly string[], value: JsonValue): void {
  const { parent, token } = split(path);
  const holder = container(document, parent);
  if (!Array.isArray(holder)) {
    holder[token] = value;
    return;
  }
  if (token === '-') holder.push(value);
  else if (/^(?:0|[1-9]\d*)$/.test(token) && Number(token) <= holder.length)
    holder.splice(Number(token), 0, value);
  else throw patchRejected();
}

function remove(document: JsonValue, path: readonly string[]): void {
  const { parent, token } = split(path);
  const holder = container(document, parent);
  if (Array.isArray(holder)) holder.splice(indexIn(holder, token), 1);
  else if (Object.hasOwn(holder, token)) delete holder[token];
  else throw patchRejected();
}

function replace(document: JsonValue, path: readonly string[], value: JsonValue): void {
  const { parent, token } = split(path);
  const holder = container(document, parent);
  if (Array.isArray(holder)) holder[indexIn(holder, token)] = value;
  // Against RFC 6902 a replace of a missing member adds it: so does kube-apiserver (measured on v1.34).
  else holder[token] = value;
}

function apply(document: JsonValue, operation: Operation): void {
  switch (operation.op) {
    case 'add':
      return add(document, operation.path, structuredClone(operation.value));
    case 'remove':
      return remove(document, operation.path);
    case 'replace':
      return replace(document, operation.path, structuredClone(operation.value));
    case 'test': {
      const found = read(document, operation.path) ?? null;
      if (!sameJson(found, operation.value)) throw patchRejected();
      return;
    }
    case 'move':
    case 'copy': {
      if (operation.from === undefined) throw patchRejected();
      const found = read(document, operation.from);
      if (found === undefined) throw patchRejected();
      if (operation.op === 'move') remove(document, operation.from);
      return add(document, operation.path, structuredClone(found));
    }
    default:
      throw patchRejected();
  }
}

/** Applies an RFC 6902 patch; all or nothing. Throws the 422 or 400 that kube-apiserver answers. */
export function applyJsonPatch(target: JsonValue, patch: JsonValue): JsonValue {
  const document = structuredClone(target);
  for (const operation of parse(patch)) apply(document, operation);
  return document;
}
