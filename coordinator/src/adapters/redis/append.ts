import { z } from 'zod';
import { applyEvent } from '../../domain/fold.ts';
import type { Incident } from '../../domain/incident.ts';
import { NewEvent, type IncidentEvent } from '../../domain/incident-event.ts';
import type { AppendRequest, AppendResult } from '../../ports/incident-store.ts';

/** What the script has to know beside the events themselves. */
export interface AppendHeader {
  mode: 'open' | 'append';
  id: string;
  expectedLength: number;
  /** Random: tells this append from one that was made in its place after the store went back in time. */
  mark: string;
  /** Time of an injected clock; absent: Redis' own. */
  nowMs?: number;
  title: string;
  phase: Incident['phase'];
  /** Whether this append takes the incident out of the open ones, or back among them. */
  transition: 'none' | 'close' | 'reopen';
  /** Scope keys to take, the main one first (opening only; a re-opened incident has them stored). */
  scopes: readonly string[];
  outbox: AppendRequest['outbox'];
  due: AppendRequest['due'];
}

/**
 * Works out the header of an append onto `before` (null: a new incident). Throws on an event that the schema refuses:
 * once stored, it would make the whole incident unreadable.
 */
export function prepareAppend(
  before: Incident | null,
  request: AppendRequest,
  scopes: readonly string[],
  nowMs: number | undefined,
  mark: string,
): { header: AppendHeader; events: string[] } {
  const events = request.events.map((event) => NewEvent.parse(event));
  if (events.length === 0) throw new Error('an append needs at least one event');
  const id = request.incidentId;
  for (const item of request.outbox) {
    if (item.kind === 'card' && item.proposalId === undefined)
      throw new Error('a card needs its proposal id');
  }
  let after = before;
  for (const [i, event] of events.entries()) {
    after = applyEvent(id, after, { ...event, n: request.expectedLength + i + 1, atMs: nowMs ?? 0 });
  }
  if (after === null) throw new Error('an append needs at least one event');
  const wasOpen = before !== null && before.phase !== 'closed';
  const isOpen = after.phase !== 'closed';
  const header: AppendHeader = {
    mode: before === null ? 'open' : 'append',
    id,
    expectedLength: request.expectedLength,
    mark,
    ...(nowMs === undefined ? {} : { nowMs }),
    title: after.title.toWellFormed(),
    phase: after.phase,
    transition: before === null || wasOpen === isOpen ? 'none' : isOpen ? 'reopen' : 'close',
    scopes: scopes.map((scope) => scope.toWellFormed()),
    outbox: request.outbox,
    due: request.due,
  };
  return { header, events: events.map((event) => JSON.stringify(event)) };
}

const Reply = z.union([
  z.tuple([z.literal('ok'), z.number(), z.coerce.number()]),
  z.tuple([z.literal('conflict'), z.number()]),
  z.tuple([z.literal('scope-taken'), z.string()]),
  z.tuple([z.literal('unknown-incident')]),
]);

/** Turns the script's reply into the port's result; `events` are those of the request. */
export function appendResult(reply: unknown, events: readonly NewEvent[]): AppendResult {
  const parsed = Reply.parse(reply);
  switch (parsed[0]) {
    case 'ok': {
      const [, firstN, atMs] = parsed;
      const stored: IncidentEvent[] = events.map((event, i) => ({ ...event, n: firstN + i, atMs }));
      return { ok: true, events: stored, nowMs: atMs };
    }
    case 'conflict':
      return { ok: false, reason: 'conflict', length: parsed[1] };
    case 'scope-taken':
      return { ok: false, reason: 'scope-taken', incidentId: parsed[1] };
    case 'unknown-incident':
      return { ok: false, reason: 'unknown-incident' };
  }
}
