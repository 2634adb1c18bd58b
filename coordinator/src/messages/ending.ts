import type { Incident } from '../domain/incident.ts';
import type { IncidentEvent } from '../domain/incident-event.ts';
import { formatDuration } from '../domain/duration.ts';
import { incidentState } from './incident-state.ts';
import { milestonesOf } from './milestones.ts';

/**
 * How a closed incident ended, and after what time: `Resolved after 3 min 33 s`. What healed by itself counts until it was
 * gone: `Gone by itself after 52 s, checked twice: stable`.
 */
export function endingWords(incident: Incident, events: readonly IncidentEvent[]): string {
  const { words } = incidentState(incident);
  const parts = milestonesOf(events);
  if (incident.closed?.how === 'healed') return `${words}${after(parts?.goneMs)}, checked twice: stable`;
  return `${words}${after(parts?.totalMs)}`;
}

/** Whether pathmedic has changed anything, and says so where a fault then went away by itself: `no further action was taken`. */
export function noActionWords(incident: Pick<Incident, 'written'>): string {
  return incident.written.length > 0 ? 'no further action was taken' : 'no action was taken';
}

function after(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '' : ` after ${formatDuration(ms)}`;
}
