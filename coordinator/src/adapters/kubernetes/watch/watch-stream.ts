import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { describeFailure, type ApiAnswer, type ApiClient } from '../api-client.ts';
import { fieldsOf, numberOf, textOf, type Fields } from '../trim/json-fields.ts';
import { linesOf } from './stream-lines.ts';

export interface WatchSettings {
  path: string;
  resourceVersion: string;
  /** The API server ends the watch after this time; a connection that died silently is noticed then at the latest. */
  timeoutSeconds: number;
  requestTimeoutMs: number;
  signal: AbortSignal;
}

export interface WatchHandlers {
  onObject(change: 'set' | 'deleted', object: Fields): void;
  /** Anything at all came from the API server. */
  onContact(): void;
}

export interface WatchEnd {
  /** Where the next watch begins; null: only a list helps. */
  resourceVersion: string | null;
  /** `ended`: as agreed, or after it had been of use. */
  how: 'ended' | 'denied' | 'failed';
  detail: string;
}

/** How much later than agreed the end may come before the connection counts as dead. */
const graceMs = 10_000;
const longestLineBytes = 8 * 1024 * 1024;

/** One WATCH from a resourceVersion on until it ends, for whatever reason. */
export async function runWatch(
  api: ApiClient,
  clock: Clock,
  settings: WatchSettings,
  handlers: WatchHandlers,
): Promise<WatchEnd> {
  const { timeoutSeconds, signal, requestTimeoutMs: timeoutMs } = settings;
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: settings.resourceVersion,
    timeoutSeconds: String(timeoutSeconds),
  });
  const path = `${settings.path}?${query.toString()}`;
  const opened = await api.stream({ method: 'GET', path, timeoutMs, signal });
  if (opened.type !== 'ok') return notOpened(opened, settings.resourceVersion);
  const { chunks, close } = opened.value;
  const dead = clock.after(timeoutSeconds * 1000 + graceMs, close);
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  try {
    handlers.onContact();
    return await followStream(chunks, settings.resourceVersion, handlers);
  } finally {
    dead.cancel();
    signal.removeEventListener('abort', close);
    close();
  }
}

function notOpened(answer: Exclude<ApiAnswer<unknown>, { type: 'ok' }>, resourceVersion: string): WatchEnd {
  const code = answer.type === 'refused' ? answer.refusal.code : 0;
  const detail = describeFailure(answer);
  if (code === 403) return { resourceVersion: null, how: 'denied', detail };
  return { resourceVersion: code === 410 ? null : resourceVersion, how: 'failed', detail };
}

async function followStream(
  chunks: AsyncIterable<Uint8Array>,
  from: string,
  handlers: WatchHandlers,
): Promise<WatchEnd> {
  let resourceVersion = from;
  try {
    for await (const line of linesOf(chunks, longestLineBytes)) {
      handlers.onContact();
      const event = fieldsOf(JSON.parse(line));
      const object = fieldsOf(event['object']);
      const type = textOf(event['type']);
      if (type === 'ERROR') return afterError(object);
      resourceVersion = textOf(fieldsOf(object['metadata'])['resourceVersion']) || resourceVersion;
      if (type === 'ADDED' || type === 'MODIFIED') handlers.onObject('set', object);
      else if (type === 'DELETED') handlers.onObject('deleted', object);
    }
    handlers.onContact();
    return { resourceVersion, how: 'ended', detail: '' };
  } catch (error) {
    return { resourceVersion, how: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** 410 is a matter of course (the version is too old); after any other error a list is the safe way on as well. */
function afterError(status: Fields): WatchEnd {
  const code = numberOf(status['code']);
  const detail = `${code} ${textOf(status['message'])}`;
  return { resourceVersion: null, how: code === 410 ? 'ended' : 'failed', detail };
}
