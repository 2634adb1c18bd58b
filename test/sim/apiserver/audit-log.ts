import type { JsonValue } from './json-value.ts';

/** One request as the API server saw it. Controllers of the simulation do not pass through here. */
export interface AuditEntry {
  /** Clock of the simulation, milliseconds since the epoch, at arrival. */
  atMs: number;
  user: string;
  userAgent: string;
  method: string;
  path: string;
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  fieldManager: string;
  dryRun: boolean;
  contentType: string;
  body: JsonValue;
  /** Status of the answer; 0 while it is under way (watches end with 200). */
  code: number;
  /** The effect happened or not, and then the answer was withheld by an injected fault. */
  replyDropped: boolean;
}

export interface AuditLog {
  add(entry: AuditEntry): void;
  entries(): readonly AuditEntry[];
  clear(): void;
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** Creating one of these asks a question and stores nothing. */
const REVIEWS = new Set(['tokenreviews', 'selfsubjectaccessreviews']);

/** Requests that changed something: successful, not a dry run, not a review. */
export function isMutation(entry: AuditEntry): boolean {
  return (
    WRITES.has(entry.verb) &&
    !entry.dryRun &&
    entry.code >= 200 &&
    entry.code < 300 &&
    !REVIEWS.has(entry.resource)
  );
}

/** Keeps the newest `limit` entries. */
export function createAuditLog(limit: number): AuditLog {
  let kept: AuditEntry[] = [];
  return {
    add(entry) {
      kept.push(entry);
      if (kept.length > limit) kept.splice(0, Math.ceil(limit / 10));
    },
    entries: () => [...kept],
    clear() {
      kept = [];
    },
  };
}
