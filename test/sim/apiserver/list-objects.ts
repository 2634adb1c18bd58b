import { badRequest, expired, invalid, tooLargeResourceVersion } from './api-error.ts';
import type { ApiObject } from './api-object.ts';
import { asJson } from './api-object.ts';
import type { FieldRequirement } from './field-selector.ts';
import { matchesFields, parseFieldSelector } from './field-selector.ts';
import { forbiddenField } from './field-problem.ts';
import type { JsonObject } from './json-value.ts';
import { isObject } from './json-value.ts';
import type { LabelRequirement } from './label-selector.ts';
import { matchesRequirements, parseLabelSelector } from './label-selector.ts';
import type { ObjectStore } from './object-store.ts';
import { objectKey } from './object-store.ts';
import type { ResourceEntry } from './resource-table.ts';
import { apiVersionOf } from './resource-table.ts';

export interface Selection {
  labels: readonly LabelRequirement[];
  fields: readonly FieldRequirement[];
}

export function parseSelection(query: URLSearchParams, entry: ResourceEntry): Selection {
  return {
    labels: parseLabelSelector(query.get('labelSelector') ?? ''),
    fields: parseFieldSelector(query.get('fieldSelector') ?? '', entry),
  };
}

export function isSelected(object: ApiObject, selection: Selection): boolean {
  return (
    matchesRequirements(object.metadata.labels ?? {}, selection.labels) &&
    matchesFields(asJson(object), selection.fields)
  );
}

interface ContinueToken {
  revision: number;
  /** The first key of the next page is the first one after this. */
  after: string;
}

function encodeContinue(token: ContinueToken): string {
  return Buffer.from(
    JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: `${token.after}\0` }),
  ).toString('base64url');
}

function decodeContinue(text: string): ContinueToken {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw badRequest('invalid continue token: continue key is not valid');
  }
  if (!isObject(parsed) || typeof parsed['rv'] !== 'number' || typeof parsed['start'] !== 'string') {
    throw badRequest('invalid continue token: continue key is not valid');
  }
  return { revision: parsed['rv'], after: parsed['start'].replace(/\0$/, '') };
}

/** A resourceVersion parameter as a number; 0 for an absent one. */
export function parseResourceVersion(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^\d+$/.test(text)) {
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  }
  return Number(text);
}

function checkMatch(query: URLSearchParams): 'exact' | 'not-older' {
  const match = query.get('resourceVersionMatch') ?? '';
  if (match === '') return 'not-older';
  const options = { group: 'meta.k8s.io', resource: 'listoptions', kind: 'ListOptions' };
  if ((query.get('resourceVersion') ?? '') === '') {
    throw invalid(options, '', [
      forbiddenField(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden unless resourceVersion is provided',
      ),
    ]);
  }
  return match === 'Exact' ? 'exact' : 'not-older';
}

const TOO_OLD = 'The provided continue parameter is too old to display a consistent list result.';

function snapshot(
  store: ObjectStore,
  entry: ResourceEntry,
  namespace: string,
  query: URLSearchParams,
): { objects: ApiObject[]; revision: number; after: string } {
  const token = query.get('continue') ?? '';
  const asked = query.get('resourceVersion');
  if (token !== '') {
    if ((asked ?? '') !== '' && asked !== '0')
      throw badRequest('specifying resource version is not allowed when using continue');
    const { revision, after } = decodeContinue(token);
    // -1 stands in the token that a 410 hands out: go on with what is there now.
    const at = revision === -1 ? store.revision() : revision;
    const objects = store.listAt(entry.resource, namespace, at);
    if (objects === undefined) throw expired(TOO_OLD, { continue: encodeContinue({ revision: -1, after }) });
    return { objects, revision: at, after };
  }
  const match = checkMatch(query);
  const wanted = parseResourceVersion(asked);
  if (wanted > store.revision()) throw tooLargeResourceVersion(wanted, store.revision());
  if (match === 'exact') {
    const objects = store.listAt(entry.resource, namespace, wanted);
    if (objects === undefined) throw expired(`The resourceVersion for the provided list is too old.`);
    return { objects, revision: wanted, after: '' };
  }
  return { objects: store.list(entry.resource, namespace), revision: store.revision(), after: '' };
}

/** Keys of a request limited to one namespace carry only the name, as upstream's key prefix does. */
function tokenKey(object: ApiObject, entry: ResourceEntry, namespace: string): string {
  return entry.namespaced && namespace === '' ? `/${objectKey(object)}` : `/${object.metadata.name}`;
}

/** GET of a collection: one page of it. Items carry no kind and apiVersion, as upstream. */
export function listObjects(
  store: ObjectStore,
  entry: ResourceEntry,
  namespace: string,
  query: URLSearchParams,
): JsonObject {
  const selection = parseSelection(query, entry);
  const limit = Number(query.get('limit') ?? '0');
  const { objects, revision, after } = snapshot(store, entry, namespace, query);
  const rest = objects.filter((object) => after === '' || tokenKey(object, entry, namespace) > after);
  const chosen = rest.filter((object) => isSelected(object, selection));
  const page = limit > 0 ? chosen.slice(0, limit) : chosen;
  const last = page.at(-1);
  const more = last !== undefined && page.length < chosen.length;
  const unfiltered = selection.labels.length === 0 && selection.fields.length === 0;
  const items = page.map((object) => {
    const { kind: _, apiVersion: __, ...item } = asJson(object);
    return item;
  });
  return {
    kind: `${entry.kind}List`,
    apiVersion: apiVersionOf(entry),
    metadata: {
      resourceVersion: String(revision),
      ...(more ? { continue: encodeContinue({ revision, after: tokenKey(last, entry, namespace) }) } : {}),
      ...(more && unfiltered ? { remainingItemCount: chosen.length - page.length } : {}),
    },
    items,
  };
}
