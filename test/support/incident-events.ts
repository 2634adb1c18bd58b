import type { AppendRequest } from '@pathmedic/coordinator/ports/incident-store.ts';
import type { EventBody, NewEvent } from '@pathmedic/coordinator/domain/incident-event.ts';
import type { Symptom } from '@pathmedic/coordinator/domain/symptom.ts';

/** A symptom as locate reports it, for tests that need any incident at all. */
export function someSymptom(key = 'paths-failing|dns'): Symptom {
  return {
    kind: 'paths-failing',
    key,
    scope: { type: 'dns' },
    component: 'dns-vip:10.96.0.10',
    headline: 'DNS lookups fail on all nodes',
    sinceMs: 1_000,
    lines: ['dns: 0 of 96 lookups answered'],
    affected: { nodes: ['node1'], namespaces: [], objects: [] },
    pathIds: ['dns|dns-udp|node1/pod|dns-vip/10.96.0.10'],
    lossRate: 1,
  };
}

export function eventOf(body: EventBody): NewEvent {
  return { v: 1, actor: { type: 'pathmedic', role: 'coordinator' }, body };
}

export function openedEvent(scopeKey: string, title = 'DNS lookups fail'): NewEvent {
  return eventOf({
    type: 'opened',
    scopeKey,
    cluster: 'test',
    title,
    symptoms: [someSymptom()],
    detectedAtMs: 1_000,
  });
}

export function openRequest(
  incidentId: string,
  scopeKey: string,
  more: Partial<AppendRequest> = {},
): AppendRequest & { scopeKey: string } {
  return {
    incidentId,
    scopeKey,
    expectedLength: 0,
    events: [openedEvent(scopeKey)],
    outbox: [],
    due: [],
    ...more,
  };
}

export function appendRequest(
  incidentId: string,
  expectedLength: number,
  bodies: EventBody[],
  more: Partial<AppendRequest> = {},
): AppendRequest {
  return { incidentId, expectedLength, events: bodies.map(eventOf), outbox: [], due: [], ...more };
}

export const healed: EventBody = {
  type: 'closed',
  how: 'healed',
  summary: 'it healed by itself',
  auditHead: '0'.repeat(64),
};
