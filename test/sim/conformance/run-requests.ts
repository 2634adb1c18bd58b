import type { JsonValue } from '../apiserver/json-value.ts';
import { isObject, stringAt } from '../apiserver/json-value.ts';
import type { ConformanceRequest } from './requests.ts';

export interface ConformanceAnswer {
  id: string;
  code: number;
  body: JsonValue;
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const VARYING = new Set(['resourceVersion', 'continue']);

/** Replaces what differs from run to run: uids, times, revisions, generated names. */
export function normalize(value: JsonValue, field = ''): JsonValue {
  if (typeof value === 'string') {
    if (VARYING.has(field)) return `<${field}>`;
    return value
      .replace(UID, '<uid>')
      .replace(TIME, '<time>')
      .replace(/\(\d+\)/g, '(<rv>)')
      .replace(/^gen-\w{5}$/, 'gen-<suffix>');
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => normalize(item));
    // Sorted by their second first, which differs from run to run.
    return field === 'managedFields'
      ? items.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
      : items;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalize(item, key)]));
}

function fill(text: string, remembered: ReadonlyMap<string, { uid: string; rv: string }>): string {
  return text.replace(/\{(uid|rv):(\w+)\}/g, (whole, what: string, name: string) => {
    const found = remembered.get(name);
    return found === undefined ? whole : what === 'uid' ? found.uid : found.rv;
  });
}

/** Sends every request in order and returns normalized answers. Tokens: `admin-token`, `alice-token`. */
export async function runRequests(
  baseUrl: string,
  requests: readonly ConformanceRequest[],
): Promise<ConformanceAnswer[]> {
  const remembered = new Map<string, { uid: string; rv: string }>();
  const answers: ConformanceAnswer[] = [];
  for (const request of requests) {
    const headers: Record<string, string> = {
      authorization: `Bearer ${request.as ?? 'admin'}-token`,
      'user-agent': 'conformance/1',
    };
    const init: RequestInit = { method: request.method, headers };
    if (request.body !== undefined) {
      headers['content-type'] = request.contentType ?? 'application/json';
      init.body = fill(JSON.stringify(request.body), remembered);
    }
    const response = await fetch(baseUrl + request.path, init);
    const text = await response.text();
    // The answer of an API server is JSON, or plain text.
    const body: JsonValue = text.trimStart().startsWith('{') ? (JSON.parse(text) as JsonValue) : text;
    if (request.remember !== undefined) {
      remembered.set(request.remember, {
        uid: stringAt(body, 'metadata', 'uid') ?? '',
        rv: stringAt(body, 'metadata', 'resourceVersion') ?? '',
      });
    }
    answers.push({ id: request.id, code: response.status, body: normalize(body) });
  }
  return answers;
}
