import { foldIncident } from '../domain/fold.ts';
import type { Incident } from '../domain/incident.ts';
import type { IncidentEvent, NewEvent } from '../domain/incident-event.ts';
import type { AppendRequest, AppendResult, IncidentStore } from '../ports/incident-store.ts';

/** As much of a store as detection uses, in memory, with the real fold. */
export interface MemoryStore {
  store: IncidentStore;
  incidents(): Incident[];
  events(incidentId: string): IncidentEvent[];
  /** Appends as somebody else would. */
  put(incidentId: string, body: NewEvent['body']): void;
}

export function createMemoryStore(nowMs: () => number): MemoryStore {
  const streams = new Map<string, IncidentEvent[]>();
  const scopes = new Map<string, string[]>();

  function load(id: string): Incident | null {
    return foldIncident(id, streams.get(id) ?? []);
  }
  function push(id: string, events: readonly NewEvent[]): IncidentEvent[] {
    const stream = streams.get(id) ?? [];
    const stored = events.map((event, at) => ({ ...event, n: stream.length + at + 1, atMs: nowMs() }));
    streams.set(id, [...stream, ...stored]);
    return stored;
  }
  function append(request: AppendRequest): AppendResult {
    const length = streams.get(request.incidentId)?.length ?? 0;
    if (length !== request.expectedLength) return { ok: false, reason: 'conflict', length };
    return { ok: true, events: push(request.incidentId, request.events), nowMs: nowMs() };
  }
  const all = (): Incident[] => [...streams.keys()].flatMap((id) => load(id) ?? []);
  const ofScope = (key: string): Incident[] =>
    all().filter(({ id }) => scopes.get(id)?.includes(key) === true);
  const unused = (): never => {
    throw new Error('not part of detection');
  };
  const store: IncidentStore = {
    nowMs: async () => nowMs(),
    async open(request) {
      const keys = [request.scopeKey, ...(request.scopeAliases ?? [])];
      const taken = keys.flatMap(ofScope).find(({ phase }) => phase !== 'closed');
      if (taken !== undefined) return { ok: false, reason: 'scope-taken', incidentId: taken.id };
      scopes.set(request.incidentId, keys);
      return append(request);
    },
    append: async (request) => append(request),
    async load(id) {
      const incident = load(id);
      return incident === null ? null : { incident, events: streams.get(id) ?? [] };
    },
    async findRecentlyClosed(key, withinMs) {
      const closed = ofScope(key).filter(({ closed: c }) => c !== null && nowMs() - c.atMs < withinMs);
      return closed[0]?.id ?? null;
    },
    findByScope: async (key) => ofScope(key).find(({ phase }) => phase !== 'closed')?.id ?? null,
    async list({ open }) {
      return all()
        .filter(({ phase }) => open === undefined || open === (phase !== 'closed'))
        .map(({ id, title, phase, openedAtMs, updatedAtMs, closed }) => ({
          id,
          title,
          phase,
          openedAtMs,
          updatedAtMs,
          closedAtMs: closed?.atMs ?? null,
        }));
    },
    eventsAfter: unused,
    subscribe: unused,
    due: unused,
    defer: unused,
    outboxPending: unused,
    outboxOf: unused,
    outboxDelivered: unused,
    postedMessage: unused,
    findByMessage: unused,
    pause: unused,
    setPause: unused,
    epoch: unused,
  };
  return {
    store,
    incidents: all,
    events: (id) => streams.get(id) ?? [],
    put: (id, body) => void push(id, [{ v: 1, actor: { type: 'pathmedic', role: 'coordinator' }, body }]),
  };
}
