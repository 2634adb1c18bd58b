import type { Incident, ProposalState } from '../domain/incident.ts';
import { formatClockTime } from '../messages/clock-time.ts';
import type { PipelineSettings } from './settings.ts';

type BackoffSettings = Pick<PipelineSettings, 'cardBackoffMs' | 'maxCardBackoffMs' | 'cardMemoryMs'>;

/** Cards for the same cause that came to nothing while the fault came and went, and when the next one may go up. */
export interface CardBackoff {
  cards: number;
  /** When the first of them went up, and the last; store's clock. */
  sinceMs: number;
  lastMs: number;
  untilMs: number;
}

/**
 * A fault that comes and goes would put up a card each time: the distance to the next one doubles with each card for the
 * same cause, over the closing and re-opening of the incident. A card that people or the cluster asked to be made anew
 * does not count, and a recheck by a person starts over. Null when nothing speaks against a card. Pure.
 */
export function cardBackoff(
  incident: Incident,
  nowMs: number,
  { cardBackoffMs, maxCardBackoffMs, cardMemoryMs }: BackoffSettings,
): CardBackoff | null {
  const cause = incident.diagnosis?.causes[0]?.id;
  const fromMs = Math.max(nowMs - cardMemoryMs, incident.recheckedAtMs ?? 0);
  const cards = incident.proposals.filter(
    (state) =>
      state.proposal.cause === cause && state.proposedAtMs >= fromMs && cameToNothing(incident, state),
  );
  const [first, last] = [cards[0], cards.at(-1)];
  if (first === undefined || last === undefined) return null;
  const delayMs = Math.min(maxCardBackoffMs, cardBackoffMs * 2 ** (cards.length - 1));
  const lastMs = last.proposedAtMs;
  return { cards: cards.length, sinceMs: first.proposedAtMs, lastMs, untilMs: lastMs + delayMs };
}

/** What people are told when the cards of a fault that comes and goes have become too many. */
export function backoffWords({ cards, sinceMs, untilMs }: CardBackoff): string {
  return `It comes and goes: ${cards} plans since ${formatClockTime(sinceMs)} came to nothing. The next one is put up at ${formatClockTime(untilMs)} at the earliest; "recheck" asks for one now.`;
}

function cameToNothing(incident: Incident, { proposal, status }: ProposalState): boolean {
  switch (status.at) {
    case 'open':
      return false;
    case 'expired':
      return status.reason !== 'changed' && status.reason !== 'taken-over';
    case 'rejected':
      return true;
    case 'approved': {
      const execution = incident.execution?.proposalId === proposal.id ? incident.execution : null;
      const changed = execution?.steps.some(
        ({ outcome }) => outcome?.result === 'refused' && outcome.reason === 'changed',
      );
      return changed !== true;
    }
  }
}
