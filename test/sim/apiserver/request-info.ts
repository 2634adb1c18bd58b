import { badRequest } from './api-error.ts';

/** A request as authorization, audit and fault injection see it. */
export interface RequestInfo {
  method: string;
  /** Path without the query. */
  path: string;
  query: URLSearchParams;
  /** get, list, watch, create, update, patch, delete, deletecollection; the lower-case method for other paths. */
  verb: string;
  /** False for /version, /readyz and discovery. */
  isResource: boolean;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

const NAMED_VERBS: Record<string, string> = {
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  POST: 'create',
};

function isWatch(query: URLSearchParams): boolean {
  const value = query.get('watch');
  return value === 'true' || value === '1';
}

function verbOf(method: string, name: string, query: URLSearchParams): string {
  if (name !== '') return NAMED_VERBS[method] ?? method.toLowerCase();
  if (method === 'GET' || method === 'HEAD') return isWatch(query) ? 'watch' : 'list';
  return method === 'DELETE' ? 'deletecollection' : (NAMED_VERBS[method] ?? method.toLowerCase());
}

function segmentsOf(path: string): string[] {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    throw badRequest('the request path is not valid percent-encoding');
  }
}

/** Below `/api/v1` and `/apis/GROUP/VERSION`; undefined for every other path. */
function resourcePath(
  segments: readonly string[],
): { group: string; version: string; rest: readonly string[] } | undefined {
  const [root, first = '', second = ''] = segments;
  if (root === 'api' && segments.length > 2) return { group: '', version: first, rest: segments.slice(2) };
  if (root === 'apis' && segments.length > 3)
    return { group: first, version: second, rest: segments.slice(3) };
  return undefined;
}

/** Reads method and URL the way apiserver's RequestInfo does. */
export function parseRequestInfo(method: string, url: string): RequestInfo {
  const parsed = new URL(url, 'http://apiserver');
  const base = { method, path: parsed.pathname, query: parsed.searchParams };
  const target = resourcePath(segmentsOf(parsed.pathname));
  if (target === undefined) {
    const empty = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
    return { ...base, verb: method.toLowerCase(), isResource: false, ...empty };
  }
  const { group, version, rest } = target;
  const inNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '');
  const [resource = '', name = '', ...sub] = inNamespace ? rest.slice(2) : rest;
  // A Namespace is in itself, for authorization.
  const namespace = inNamespace ? (rest[1] ?? '') : resource === 'namespaces' ? name : '';
  const about = { group, version, resource, subresource: sub.join('/'), namespace, name };
  return { ...base, verb: verbOf(method, name, base.query), isResource: true, ...about };
}
