import { NewEvent, type EventBody, type IncidentEvent } from './incident-event.ts';

/** Lifts the content of a stored event from version `v` to `v + 1`. Pure; one for each version that was ever written. */
export type Upcaster = (event: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Latest version that this build writes and reads. */
export const currentEventVersion = 2;

/**
 * `upcasters[v]` lifts version `v`. A lifted event keeps the version that it was written in: the audit chain is over events
 * as they were written, so an upcaster adds nothing to one that can be read without.
 * - 1 to 2: plans carry a seal. A plan of version 1 has none, and keeps having none: it is never carried out. New events:
 *   `asked`, `step-proved`; an answer to a request, and an escalation with its change.
 */
export const upcasters: Readonly<Record<number, Upcaster>> = { 1: (event) => ({ ...event }) };

/** The version that an event with this content is: the first in which it could be written, so that older replicas read the rest. */
export function versionOf(body: EventBody): NewEvent['v'] {
  if (body.type === 'asked' || body.type === 'step-proved') return 2;
  if (body.type === 'escalated' && body.escalation.changes !== undefined) return 2;
  if (body.type === 'answered' && (body.to !== undefined || body.quoted !== undefined)) return 2;
  const plan = body.type === 'drafted' || body.type === 'proposed' ? body.proposal : null;
  return plan?.seal === undefined ? 1 : 2;
}

export type ReadEvent =
  | { ok: true; event: IncidentEvent }
  /** Written by a newer replica: its incident is left to that one. */
  | { ok: false; reason: 'unknown-version'; detail: string }
  | { ok: false; reason: 'invalid'; detail: string };

/** Reads one stored event (parsed JSON: `{n, atMs, v, actor, body}`) of any version known to this build. */
export function readEvent(
  stored: unknown,
  known: Readonly<Record<number, Upcaster>> = upcasters,
  current: number = currentEventVersion,
): ReadEvent {
  if (stored === null || typeof stored !== 'object') return invalid('not an object');
  const { n, atMs, ...rest } = { n: undefined, atMs: undefined, v: undefined, ...stored };
  if (!isCount(n) || !isCount(atMs)) return invalid('without place or time');
  if (!isCount(rest.v)) return invalid('without version');
  const lifted = lift(rest, rest.v, known, current);
  if (lifted === null) {
    return { ok: false, reason: 'unknown-version', detail: `event ${n} has version ${rest.v}` };
  }
  const parsed = NewEvent.safeParse({ ...lifted, v: rest.v });
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    return invalid(`event ${n}: ${first?.path.join('.') ?? ''}: ${first?.message ?? 'unreadable'}`);
  }
  return { ok: true, event: { ...parsed.data, n, atMs } };
}

function lift(
  event: Record<string, unknown>,
  version: number,
  known: Readonly<Record<number, Upcaster>>,
  current: number,
): Record<string, unknown> | null {
  let lifted = event;
  for (let v = version; v < current; v += 1) {
    const upcast = known[v];
    if (upcast === undefined) return null;
    lifted = upcast(lifted);
  }
  return version > current ? null : lifted;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function invalid(detail: string): ReadEvent {
  return { ok: false, reason: 'invalid', detail };
}
