import type { Incident, Phase } from '../domain/incident.ts';
import type { Scope } from '../domain/symptom.ts';
import type { PipelineSettings } from './settings.ts';

/** Another open incident, as far as it matters to whether this one may propose. */
export interface OtherIncident {
  id: string;
  phase: Phase;
  /** How far its present symptoms reach; empty when they are gone, or were not looked at. */
  scopes: readonly Scope['type'][];
  /** When its plan was drafted, store's clock; null without a draft. */
  draftedAtMs: number | null;
}

/** `too-many`: as many plans are open as may be. `storm`: one thing at a time. `simultaneous`: look again in a moment. */
export type ProposalGate =
  | { open: true }
  | { open: false; reason: 'too-many' | 'storm' | 'simultaneous'; why: string };

/**
 * May this incident's plan go up for approval now? Asked before a plan is worked out, and again before its draft becomes
 * a card. Drafts become cards in the order in which they were drafted: two incidents that draft at the same moment each
 * see the other's draft, and only the earlier one goes ahead. For that, the others must have been read at `nowMs` or
 * later. Pure.
 */
export function proposalGate(
  incident: Pick<Incident, 'id' | 'phase' | 'symptoms' | 'draft'>,
  others: readonly OtherIncident[],
  nowMs: number,
  settings: Pick<PipelineSettings, 'maxOpenProposals' | 'stormIncidents'>,
): ProposalGate {
  if (others.length === 0) return { open: true };
  const draftedAtMs = incident.draft?.atMs ?? null;
  if (draftedAtMs !== null && nowMs <= draftedAtMs) {
    // A draft of the same millisecond may not be visible yet.
    return { open: false, reason: 'simultaneous', why: 'the plan has just been drafted' };
  }
  const storm = isStorm(incident, others, settings.stormIncidents);
  const ahead = others.filter((other) => isAhead(other, incident.id, draftedAtMs, storm)).length;
  const limit = storm ? 1 : settings.maxOpenProposals;
  if (ahead < limit) return { open: true };
  return storm
    ? { open: false, reason: 'storm', why: 'much is broken at once: one change at a time' }
    : { open: false, reason: 'too-many', why: 'as many other plans are open as may be at the same time' };
}

/** Much is broken, or what everything else depends on: most of it may be gone after the first fix. */
function isStorm(
  incident: Pick<Incident, 'symptoms'>,
  others: readonly OtherIncident[],
  stormIncidents: number,
): boolean {
  const scopes = [...incident.symptoms.map(({ scope }) => scope.type), ...others.flatMap((o) => o.scopes)];
  return others.length + 1 > stormIncidents || scopes.includes('cluster') || scopes.includes('dns');
}

function isAhead(other: OtherIncident, id: string, draftedAtMs: number | null, storm: boolean): boolean {
  switch (other.phase) {
    case 'awaiting-approval':
    case 'approved':
    case 'executing':
      return true;
    case 'verifying':
      // In a storm the next change waits for what the last one brought.
      return storm;
    case 'drafted':
      if (draftedAtMs === null || other.draftedAtMs === null) return true;
      return other.draftedAtMs < draftedAtMs || (other.draftedAtMs === draftedAtMs && other.id < id);
    case 'new':
    case 'triaged':
    case 'diagnosed':
    case 'recovering':
    case 'needs-help':
    case 'escalated':
    case 'closed':
      return false;
  }
}
