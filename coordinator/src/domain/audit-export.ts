import { z } from 'zod';
import type { IncidentEvent } from './incident-event.ts';

/**
 * An incident's events as they leave the store, for `pathmedic audit`. The events are kept as they are: the chain is over
 * exactly them, also where a newer version wrote them.
 */
export const AuditExport = z.object({
  format: z.literal('pathmedic-audit-export'),
  version: z.literal(1),
  incidentId: z.string().min(1).max(64),
  events: z
    .array(
      z.looseObject({
        n: z.number().int().min(1),
        atMs: z.number().int().min(0),
        body: z.looseObject({ type: z.string() }),
      }),
    )
    .min(1),
});
export type AuditExport = z.infer<typeof AuditExport>;

/** An incident as it is written for `pathmedic audit`. */
export function auditExport(
  incidentId: string,
  events: readonly IncidentEvent[],
): Omit<AuditExport, 'events'> & { events: readonly IncidentEvent[] } {
  return { format: 'pathmedic-audit-export', version: 1, incidentId, events };
}
