import type { EventRecord } from '../../../facts/records.ts';
import type { RecordSink } from './record-table.ts';

export interface EventLimits {
  /** Events kept at most; the newest stay. */
  maxEvents: number;
  /** By the time of the last occurrence. */
  maxAgeMs: number;
}

/** Events of the cluster, bounded in number and age. */
export interface EventTable {
  sink(): RecordSink<EventRecord>;
  /** Oldest first. */
  records(nowMs: number): readonly EventRecord[];
}

export function createEventTable({ maxEvents, maxAgeMs }: EventLimits): EventTable {
  const events = new Map<string, EventRecord>();

  /** A quarter over the limit is let in before the oldest go, so that not every event costs a sort. */
  function bound(): void {
    if (events.size <= maxEvents * 1.25) return;
    const byAge = [...events].toSorted(([, a], [, b]) => a.lastMs - b.lastMs);
    for (const [uid] of byAge.slice(0, events.size - maxEvents)) events.delete(uid);
  }

  return {
    sink: () => ({
      replaceAll(records) {
        events.clear();
        for (const [uid, event] of records) {
          events.set(uid, event);
          bound();
        }
      },
      set(uid, event) {
        events.set(uid, event);
        bound();
      },
      delete: (uid) => void events.delete(uid),
    }),
    records(nowMs) {
      for (const [uid, event] of events) if (nowMs - event.lastMs > maxAgeMs) events.delete(uid);
      return [...events.values()].toSorted((a, b) => a.lastMs - b.lastMs).slice(-maxEvents);
    },
  };
}
