import { sleep, type Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { FactKind } from '../../../facts/cluster-facts.ts';
import type { ApiClient } from '../api-client.ts';
import { fieldsOf, textOf } from '../trim/json-fields.ts';
import { createBackoff } from './backoff.ts';
import { listPages } from './list-pages.ts';
import type { RecordSink } from './record-table.ts';
import { runWatch } from './watch-stream.ts';

/** One collection that is kept up to date: a kind, in the whole cluster or in one namespace. */
export interface WatchedCollection<R> {
  kind: FactKind;
  namespace: string | null;
  path: string;
  /** What is kept of an object; null: nothing. */
  trim(raw: unknown): R | null;
  sink: RecordSink<R>;
}

export interface CollectionStatus {
  kind: FactKind;
  namespace: string | null;
  /** `denied`: the API server refuses it (RBAC). `failing`: no answer, or none that helps. */
  state: 'starting' | 'watching' | 'denied' | 'failing';
  /** What went wrong last; empty while watching. */
  detail: string;
  /** Whether it has been read whole at least once. */
  listed: boolean;
  /** Monotonic time of the last sign of life of the watch; null before the first. */
  lastContactMs: number | null;
  relists: number;
}

export interface FollowSettings {
  pageSize: number;
  /** A watch lasts between this and half as long again. */
  watchSeconds: number;
  requestTimeoutMs: number;
  /** Listing may take longer: the API server reads all of it from etcd. */
  listTimeoutMs: number;
  /** How soon a refused collection is tried again: rights may be granted later. */
  deniedRetryMs: number;
  backoffMinMs: number;
  backoffMaxMs: number;
  random: () => number;
}

export interface Followed {
  status(): CollectionStatus;
  done: Promise<void>;
}

/** A watch that lasted so long was of use: what ends it is no reason to wait. */
const settledMs = 1_000;

/** Keeps a collection up to date until the signal aborts: LIST, then one WATCH after the other, LIST again when it must. */
export function followCollection<R>(
  api: ApiClient,
  clock: Clock,
  collection: WatchedCollection<R>,
  settings: FollowSettings,
  signal: AbortSignal,
): Followed {
  const { kind, namespace, path, sink } = collection;
  const status: CollectionStatus = {
    kind,
    namespace,
    state: 'starting',
    detail: '',
    listed: false,
    lastContactMs: null,
    relists: 0,
  };
  const backoff = createBackoff({
    minMs: settings.backoffMinMs,
    maxMs: settings.backoffMaxMs,
    random: settings.random,
  });

  function contact(): void {
    status.lastContactMs = clock.monotonicMs();
    status.state = 'watching';
    status.detail = '';
  }

  async function list(): Promise<string | null> {
    const records = new Map<string, R>();
    const result = await listPages(
      api,
      { path, pageSize: settings.pageSize, timeoutMs: settings.listTimeoutMs, signal },
      (items) => {
        for (const item of items) {
          const record = collection.trim(item);
          if (record !== null) records.set(uidOf(item), record);
        }
      },
    );
    if (result.ok) {
      if (status.listed) status.relists += 1;
      status.listed = true;
      contact();
      sink.replaceAll(records);
      return result.resourceVersion;
    }
    await trouble(result.reason === 'denied' ? 'denied' : 'failing', result.detail);
    return null;
  }

  async function watch(resourceVersion: string): Promise<string | null> {
    const timeoutSeconds = Math.round(settings.watchSeconds * (1 + settings.random() / 2));
    const startedMs = clock.monotonicMs();
    const { requestTimeoutMs } = settings;
    const end = await runWatch(
      api,
      clock,
      { path, resourceVersion, timeoutSeconds, requestTimeoutMs, signal },
      {
        onContact: contact,
        onObject(change, object) {
          const uid = uidOf(object);
          const record = change === 'set' ? collection.trim(object) : null;
          if (record === null) sink.delete(uid);
          else sink.set(uid, record);
        },
      },
    );
    const lastedMs = clock.monotonicMs() - startedMs;
    if (lastedMs >= settledMs) backoff.reset();
    if (end.how !== 'ended') await trouble(end.how === 'denied' ? 'denied' : 'failing', end.detail);
    // A server that ends each watch at once must not be asked in a loop.
    else if (lastedMs < settledMs) await pause(backoff.nextMs());
    return end.resourceVersion;
  }

  async function trouble(state: 'denied' | 'failing', detail: string): Promise<void> {
    if (signal.aborted) return;
    status.state = state;
    status.detail = detail;
    await pause(state === 'denied' ? settings.deniedRetryMs : backoff.nextMs());
  }

  async function pause(delayMs: number): Promise<void> {
    await sleep(clock, delayMs, signal).catch(() => undefined);
  }

  async function run(): Promise<void> {
    let resourceVersion: string | null = null;
    while (!signal.aborted) {
      resourceVersion = resourceVersion === null ? await list() : await watch(resourceVersion);
    }
  }

  return { status: () => ({ ...status }), done: run() };
}

function uidOf(raw: unknown): string {
  return textOf(fieldsOf(fieldsOf(raw)['metadata'])['uid']);
}
