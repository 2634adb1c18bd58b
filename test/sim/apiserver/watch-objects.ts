import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import { ApiError, expired } from './api-error.ts';
import type { ApiObject } from './api-object.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { Selection } from './list-objects.ts';
import { isSelected, parseSelection } from './list-objects.ts';
import type { ObjectStore, StoreEvent } from './object-store.ts';
import type { ResourceEntry } from './resource-table.ts';
import { apiVersionOf } from './resource-table.ts';

/** Where a watch writes its events, one JSON document a line. */
export interface WatchSink {
  send(event: JsonObject): void;
  end(): void;
}

export interface OpenWatch {
  /** Sends the 410 ERROR event and ends, as when the history under a watch is lost. */
  expire(): void;
  close(): void;
}

/** kube-apiserver sends a bookmark about once a minute and one shortly before the timeout. */
const BOOKMARK_EVERY_MS = 60_000;
const BOOKMARK_BEFORE_END_MS = 2_000;
const DEFAULT_TIMEOUT_SECONDS = 1_800;

/** What a store event is for a watch with selectors: objects enter and leave its view. */
function seenAs(event: StoreEvent, selection: Selection): { type: string; object: ApiObject } | undefined {
  const now = event.type !== 'DELETED' && isSelected(event.object, selection);
  const before = event.previous !== undefined && isSelected(event.previous, selection);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object: event.object };
  return before
    ? {
        type: 'DELETED',
        object: withRevision(event.type === 'DELETED' ? event.object : event.previous, event.revision),
      }
    : undefined;
}

function withRevision(object: ApiObject | undefined, revision: number): ApiObject {
  if (object === undefined) throw new Error('a DELETED event has an object');
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

function asEvent(type: string, object: unknown): JsonObject {
  // Stored objects are JSON already.
  return { type, object: object as JsonValue };
}

function parseVersion(text: string | null): number {
  if (text === null || text === '') return 0;
  if (/^\d+$/.test(text)) return Number(text);
  throw new ApiError(
    500,
    undefined,
    `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
  );
}

/**
 * Starts a watch. Without a resourceVersion, or with 0, what exists comes first as ADDED; with one, everything since,
 * or the 410 ERROR event when that is compacted. Throws ApiError for what is refused before the stream starts.
 */
export function openWatch(
  deps: { store: ObjectStore; clock: Clock },
  entry: ResourceEntry,
  namespace: string,
  query: URLSearchParams,
  sink: WatchSink,
): OpenWatch {
  const { store, clock } = deps;
  const selection = parseSelection(query, entry);
  const asked = parseVersion(query.get('resourceVersion'));
  const bookmarks = query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
  const timeoutMs = Number(query.get('timeoutSeconds') ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  const timers: Timer[] = [];
  let unsubscribe = (): void => {};
  let open = true;

  function close(): void {
    if (!open) return;
    open = false;
    unsubscribe();
    for (const timer of timers) timer.cancel();
    sink.end();
  }

  function fail(error: ApiError): void {
    if (open) sink.send(asEvent('ERROR', error.body));
    close();
  }

  function bookmark(annotations?: JsonObject): void {
    if (!open || !bookmarks) return;
    const metadata = {
      resourceVersion: String(Math.max(store.revision(), asked)),
      ...(annotations === undefined ? {} : { annotations }),
    };
    sink.send(asEvent('BOOKMARK', { kind: entry.kind, apiVersion: apiVersionOf(entry), metadata }));
  }

  function deliver(event: StoreEvent): void {
    if (!open || event.resource !== entry.resource || event.revision <= asked) return;
    if (namespace !== '' && event.object.metadata.namespace !== namespace) return;
    const seen = seenAs(event, selection);
    if (seen !== undefined) sink.send(asEvent(seen.type, seen.object));
  }

  function everyMinute(): void {
    timers.push(
      clock.after(BOOKMARK_EVERY_MS, () => {
        bookmark();
        if (open) everyMinute();
      }),
    );
  }

  if (asked === 0) {
    for (const object of store.list(entry.resource, namespace))
      if (isSelected(object, selection)) sink.send(asEvent('ADDED', object));
    if (query.get('sendInitialEvents') === 'true' || bookmarks)
      bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else {
    const missed = store.eventsSince(entry.resource, asked);
    if (missed === undefined) {
      fail(expired(`too old resource version: ${asked} (${store.revision()})`));
      return { expire: () => {}, close: () => {} };
    }
    for (const event of missed) deliver(event);
  }
  unsubscribe = store.subscribe(deliver);
  timers.push(clock.after(timeoutMs, close));
  if (timeoutMs > BOOKMARK_BEFORE_END_MS)
    timers.push(clock.after(timeoutMs - BOOKMARK_BEFORE_END_MS, () => bookmark()));
  if (bookmarks) everyMinute();
  return { expire: () => fail(expired('The resourceVersion for the provided watch is too old.')), close };
}
