import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { ApiObject } from './api-object.ts';
import { asJson } from './api-object.ts';
import { badRequest } from './api-error.ts';
import { arrayAt, stringAt } from './json-value.ts';

export interface LogLine {
  atMs: number;
  text: string;
}

/** What a kubelet answers for one container's log. */
export type ContainerLog =
  | { type: 'lines'; lines: readonly LogLine[] }
  /** The container has not started: `ContainerCreating`, `PodInitializing`, ... */
  | { type: 'waiting'; reason: string }
  | { type: 'no-previous' };

/** Where the API server gets logs from: the simulated kubelets. */
export interface PodLogSource {
  read(pod: ApiObject, container: string, previous: boolean): ContainerLog;
}

export const NO_LOGS: PodLogSource = { read: () => ({ type: 'waiting', reason: 'ContainerCreating' }) };

function containerOf(pod: ApiObject, query: URLSearchParams): string {
  const names = (list: string): string[] =>
    arrayAt(asJson(pod), 'spec', list).map((item) => stringAt(item, 'name') ?? '');
  const containers = names('containers');
  const asked = query.get('container') ?? '';
  if (asked !== '') {
    if ([...containers, ...names('initContainers')].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  const [only] = containers;
  if (containers.length === 1 && only !== undefined) return only;
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${containers.join(' ')}]`,
  );
}

/** GET pods/log: plain text. Supports container, previous, tailLines, sinceSeconds, sinceTime, limitBytes, timestamps. */
export function readPodLog(
  source: PodLogSource,
  clock: Clock,
  pod: ApiObject,
  query: URLSearchParams,
): string {
  const container = containerOf(pod, query);
  const log = source.read(pod, container, query.get('previous') === 'true');
  if (log.type === 'no-previous')
    throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
  if (log.type === 'waiting')
    throw badRequest(
      `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${log.reason}`,
    );
  const sinceSeconds = query.get('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const fromMs =
    sinceSeconds !== null
      ? clock.nowMs() - Number(sinceSeconds) * 1000
      : sinceTime !== null
        ? Date.parse(sinceTime)
        : -Infinity;
  let lines = log.lines.filter((line) => line.atMs >= fromMs);
  const tail = query.get('tailLines');
  if (tail !== null) lines = Number(tail) === 0 ? [] : lines.slice(-Number(tail));
  const stamped = query.get('timestamps') === 'true';
  const text = lines
    .map((line) => `${stamped ? `${new Date(line.atMs).toISOString()} ` : ''}${line.text}\n`)
    .join('');
  const limit = query.get('limitBytes');
  return limit === null ? text : Buffer.from(text).subarray(0, Number(limit)).toString('utf8');
}
