import type { Incident } from '../domain/incident.ts';
import type { IncidentEvent, NewEvent } from '../domain/incident-event.ts';

/** What has to be told in Slack because of an event; the text is rendered when it is sent. */
export interface OutboxItem {
  /** `root`: bring the root message up to date · `reply`: thread reply for event `n` · `card`: bring the card of `proposalId` up to date. */
  kind: 'root' | 'reply' | 'card';
  /** Event that caused it. 0 stands for "the event this append begins with", filled in by the store. */
  n: number;
  proposalId?: string;
}

/** An outbox item as stored: `key` identifies the message for ever, `position` orders an incident's messages. */
export interface StoredOutboxItem extends OutboxItem {
  incidentId: string;
  position: number;
  /** `root`, `reply-17`, `card-<proposalId>`: goes into the message's metadata, so that an ambiguous post can be looked up. */
  key: string;
  queuedAtMs: number;
}

/** Reference to a posted message. */
export interface PostedMessage {
  channel: string;
  ts: string;
}

/** Which role has to be woken, and when at the latest. */
export interface DueTime {
  role: 'coordinator' | 'executor';
  /** Store's clock; null removes the due time of that role. */
  atMs: number | null;
}

export interface AppendRequest {
  incidentId: string;
  /** Length of the stream the decision was made on. */
  expectedLength: number;
  events: readonly NewEvent[];
  outbox: readonly OutboxItem[];
  due: readonly DueTime[];
}

export type AppendResult =
  | { ok: true; events: IncidentEvent[]; nowMs: number }
  /** Somebody else appended first: load again, decide again. */
  | { ok: false; reason: 'conflict'; length: number }
  /** The scope is taken by another open incident (opening only). */
  | { ok: false; reason: 'scope-taken'; incidentId: string }
  /** The store refuses new work before memory is full. */
  | { ok: false; reason: 'full' }
  | { ok: false; reason: 'unknown-incident' };

export interface LoadedIncident {
  incident: Incident;
  events: IncidentEvent[];
}

export interface IncidentSummary {
  id: string;
  title: string;
  phase: Incident['phase'];
  openedAtMs: number;
  updatedAtMs: number;
  closedAtMs: number | null;
}

/** Global pause: nothing is executed until a person lifts it. */
export type Pause = { paused: false } | { paused: true; reason: string; by: string; sinceMs: number };

/**
 * Durable state. One script appends events, outbox items and due times atomically, with a compare-and-set on the
 * stream's length. Every method rejects with StoreUnavailable when the store cannot be reached: nothing is then known
 * about whether an append took place.
 */
export interface IncidentStore {
  /** The store's clock, milliseconds. Expiry and order count by this clock. */
  nowMs(): Promise<number>;
  /** Opens an incident under a unique scope key; expectedLength is 0 and the first event is `opened`. */
  open(
    request: AppendRequest & { scopeKey: string; scopeAliases?: readonly string[] },
  ): Promise<AppendResult>;
  append(request: AppendRequest): Promise<AppendResult>;
  load(incidentId: string): Promise<LoadedIncident | null>;
  /** Events after `afterN`, oldest first, at most `limit`. */
  eventsAfter(incidentId: string, afterN: number, limit: number): Promise<IncidentEvent[]>;
  /** Calls `onEvents` whenever something was appended to the incident (null: to any), from any replica; best effort. */
  subscribe(
    incidentId: string | null,
    onAppend: (incidentId: string) => void,
  ): Promise<{ close(): Promise<void> }>;
  /** Open incident of that scope, if any. */
  findByScope(scopeKey: string): Promise<string | null>;
  /** Last closed incident of that scope if it closed less than `withinMs` ago: a recurrence re-opens it. */
  findRecentlyClosed(scopeKey: string, withinMs: number): Promise<string | null>;
  /** Newest first. */
  list(filter: { open?: boolean; limit: number; before?: number }): Promise<IncidentSummary[]>;
  /** Incidents whose due time for `role` has come. */
  due(role: DueTime['role'], limit: number): Promise<string[]>;
  /**
   * Moves the due time without an event (nothing to record, look again later). Only ever later than now;
   * null takes the incident off that role's list. With
   * `seenLength` (events the caller decided on) nothing is moved when more were appended since.
   */
  defer(incidentId: string, role: DueTime['role'], atMs: number | null, seenLength?: number): Promise<void>;

  /** Incidents with undelivered outbox items, oldest first. */
  outboxPending(limit: number): Promise<string[]>;
  /** Undelivered items of one incident in order. */
  outboxOf(incidentId: string): Promise<StoredOutboxItem[]>;
  /** Marks items up to `position` as delivered and remembers where `key` was posted (null: nothing was posted for it). */
  outboxDelivered(
    incidentId: string,
    position: number,
    key: string,
    posted: PostedMessage | null,
  ): Promise<void>;
  postedMessage(incidentId: string, key: string): Promise<PostedMessage | null>;
  /** Incident whose root message or card is that message; for clicks and thread replies. */
  findByMessage(message: PostedMessage): Promise<string | null>;

  pause(): Promise<Pause>;
  setPause(pause: Pause): Promise<void>;
  /** Random id made when this Redis was first used: compared with the one kept in Kubernetes. */
  epoch(): Promise<string>;
}
