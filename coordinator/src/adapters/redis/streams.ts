import { readEvent } from '../../domain/event-versions.ts';
import { foldIncident } from '../../domain/fold.ts';
import type { Incident } from '../../domain/incident.ts';
import type { IncidentEvent } from '../../domain/incident-event.ts';
import type { LoadedIncident } from '../../ports/incident-store.ts';
import { IncidentUnreadable } from '../../ports/incident-unreadable.ts';
import type { RedisCommands } from './commands.ts';
import type { RedisKeys } from './keys.ts';

/** Reads streams, checks every event, and remembers the last folded states (only to spare the next append a read). */
export interface Streams {
  load(id: string): Promise<LoadedIncident | null>;
  eventsAfter(id: string, afterN: number, limit: number): Promise<IncidentEvent[]>;
  /** The incident at exactly that length; null when the stream has another length. */
  at(id: string, length: number): Promise<Incident | null>;
  remember(incident: Incident): void;
  length(id: string): Promise<number>;
}

const rememberedStates = 128;

export function createStreams(redis: RedisCommands, keys: RedisKeys): Streams {
  const folded = new Map<string, Incident>();

  function remember(incident: Incident): void {
    folded.delete(incident.id);
    folded.set(incident.id, incident);
    const oldest = folded.keys().next();
    if (folded.size > rememberedStates && oldest.done !== true) folded.delete(oldest.value);
  }

  async function load(id: string): Promise<LoadedIncident | null> {
    const stored = await redis.lrange(keys.events(id), 0, -1);
    const events = stored.map((json) => parseStored(id, json));
    const incident = foldIncident(id, events);
    if (incident === null) return null;
    remember(incident);
    return { incident, events };
  }

  return {
    load,
    remember,
    async eventsAfter(id, afterN, limit) {
      if (limit <= 0) return [];
      const from = Math.max(0, afterN);
      const stored = await redis.lrange(keys.events(id), from, from + limit - 1);
      return stored.map((json) => parseStored(id, json));
    },
    async at(id, length) {
      const known = folded.get(id);
      if (known !== undefined && known.length === length) return known;
      const loaded = await load(id);
      return loaded !== null && loaded.incident.length === length ? loaded.incident : null;
    },
    length: (id) => redis.llen(keys.events(id)),
  };
}

function parseStored(id: string, json: string): IncidentEvent {
  const read = readEvent(parseJson(id, json));
  if (!read.ok) throw new IncidentUnreadable(id, read.reason, read.detail);
  return read.event;
}

function parseJson(id: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new IncidentUnreadable(id, 'invalid', 'an event is not JSON');
  }
}
