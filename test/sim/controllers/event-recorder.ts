import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { timestamp } from '../apiserver/write-context.ts';
import type { SystemClient } from '../apiserver/system-client.ts';

export interface EventSubject {
  apiVersion: string;
  kind: string;
  metadata: { namespace?: string; name: string; uid: string };
}

/** Writes core/v1 Events; the same event again raises its count, as client-go's correlator does. */
export interface EventRecorder {
  record(about: EventSubject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

export function createEventRecorder(
  client: SystemClient,
  clock: Clock,
  source: { component: string; host?: string },
): EventRecorder {
  let serial = 0;
  const names = new Map<string, string>();
  return {
    record(about, type, reason, message) {
      const namespace = about.metadata.namespace ?? 'default';
      const key = [about.metadata.uid, type, reason, message].join('|');
      const known = names.get(key);
      const now = timestamp(clock.nowMs());
      const found = known === undefined ? undefined : client.get('events', namespace, known);
      if (found !== undefined) {
        client.patch(
          'events',
          { namespace, name: found.metadata.name },
          { count: (found.count ?? 1) + 1, lastTimestamp: now },
          { manager: source.component },
        );
        return;
      }
      serial += 1;
      const suffix = (Math.floor(clock.nowMs()) * 1000 + serial).toString(16);
      const name = `${about.metadata.name}.${suffix}`;
      names.set(key, name);
      const fields = {
        metadata: { name, namespace },
        involvedObject: {
          apiVersion: about.apiVersion,
          kind: about.kind,
          name: about.metadata.name,
          uid: about.metadata.uid,
          ...(about.metadata.namespace === undefined ? {} : { namespace }),
        },
        reason,
        message,
        type,
        count: 1,
        firstTimestamp: now,
        lastTimestamp: now,
        source,
        reportingComponent: source.component,
        reportingInstance: source.host ?? '',
      };
      // A node's events live in `default` but are about no namespace.
      client.create('events', fields, source.component);
    },
  };
}
