import type { Incident } from '../domain/incident.ts';
import type { IncidentStore, IncidentSummary } from '../ports/incident-store.ts';
import { IncidentUnreadable } from '../ports/incident-unreadable.ts';
import type { OtherIncident } from './proposal-gate.ts';

const maxOpen = 200;

/**
 * The other open incidents as the proposal gate needs them. Looks into them only as far as the answer can depend on it:
 * into drafts, and into the scopes while the incidents are too few for a storm by number.
 */
export async function otherIncidents(
  store: Pick<IncidentStore, 'list' | 'load'>,
  incidentId: string,
  stormIncidents: number,
): Promise<OtherIncident[]> {
  const others = (await store.list({ open: true, limit: maxOpen })).filter(({ id }) => id !== incidentId);
  const few = others.length < stormIncidents;
  return Promise.all(
    others.map(async (summary): Promise<OtherIncident> => {
      const { id, phase } = summary;
      const found = few || phase === 'drafted' ? await loadIfReadable(store, summary) : null;
      if (found === null) return { id, phase, scopes: [], draftedAtMs: null };
      return {
        id,
        phase: found.phase,
        scopes: found.symptomsGone ? [] : found.symptoms.map(({ scope }) => scope.type),
        draftedAtMs: found.draft?.atMs ?? null,
      };
    }),
  );
}

/** What only a newer replica can read counts by its phase. */
async function loadIfReadable(
  store: Pick<IncidentStore, 'load'>,
  { id }: IncidentSummary,
): Promise<Incident | null> {
  try {
    return (await store.load(id))?.incident ?? null;
  } catch (error) {
    if (error instanceof IncidentUnreadable) return null;
    throw error;
  }
}
