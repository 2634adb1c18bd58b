import { createHmac } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { IncidentEvent } from './incident-event.ts';

/**
 * Head of an incident's audit chain: each link is HMAC-SHA256 over the one before and the event, so that no event can be
 * changed, dropped or put in another place without changing every head after it. Heads are anchored in the process log
 * and in the close-out.
 */
export function auditHead(key: string, incidentId: string, events: readonly IncidentEvent[]): string {
  return auditHeads(key, incidentId, events).at(-1) ?? '';
}

/** The head over no event, over the first, over the first two and so on. */
export function auditHeads(key: string, incidentId: string, events: readonly object[]): string[] {
  let head = createHmac('sha256', key).update(`pathmedic-audit-v1\n${incidentId}`).digest('hex');
  const heads = [head];
  for (const event of events) {
    head = createHmac('sha256', key)
      .update(`${head}\n${canonicalJson(event)}`)
      .digest('hex');
    heads.push(head);
  }
  return heads;
}
