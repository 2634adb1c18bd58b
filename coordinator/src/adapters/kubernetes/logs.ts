import { redactLines } from '../../facts/redact.ts';
import type { LogRequest } from '../../ports/cluster.ts';
import type { ApiClient } from './api-client.ts';
import { objectPath } from './resource-path.ts';

const mostLines = 500;
const mostBytes = 256 * 1024;
const longestLine = 2_000;

/** Lines of a container's log, newest last; null when it could not be read. */
export async function readLogs(api: ApiClient, request: LogRequest): Promise<string[] | null> {
  const query = new URLSearchParams({
    tailLines: String(Math.min(Math.max(0, request.tailLines), mostLines)),
    limitBytes: String(mostBytes),
  });
  if (request.container !== undefined) query.set('container', request.container);
  if (request.previous) query.set('previous', 'true');
  if (request.sinceSeconds !== undefined)
    query.set('sinceSeconds', String(Math.max(1, Math.ceil(request.sinceSeconds))));
  const path = objectPath({ kind: 'Pod', namespace: request.namespace, name: request.pod });
  const answer = await api.text({ method: 'GET', path: `${path}/log?${query.toString()}`, accept: '*/*' });
  return answer.type === 'ok' ? cleanLog(answer.value) : null;
}

/** Bounded in number and length, redacted, without what a terminal would obey. */
export function cleanLog(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const short = lines
    .slice(-mostLines)
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line));
  return redactLines(short);
}
