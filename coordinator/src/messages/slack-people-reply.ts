import type { Incident } from '../domain/incident.ts';
import type { EventOf, IncidentEvent } from '../domain/incident-event.ts';
import { actorName, actorWithPlace } from './actor-name.ts';
import { isCallForHelp } from './asked-for-help.ts';
import { eventLine } from './event-line.ts';
import { labelled, say } from './slack-block.ts';
import type { ReplyText } from './slack-outcome.ts';

/** An answer to a question may be longer than what pathmedic sends on its own. */
const maxAnswerLines = 12;

/** A complete approval is told with its effect; the card shows it at once. */
export function decidedReply(
  event: IncidentEvent,
  body: EventOf<'decided'>,
  incident: Incident,
): ReplyText | null {
  const who = actorWithPlace(event.actor);
  const reason = labelled('Reason', body.reason ?? '');
  if (body.decision === 'rejected') {
    return { icon: '✋', headline: `Rejected by ${who}; nothing was changed`, body: [reason] };
  }
  const state = incident.proposals.find(({ proposal }) => proposal.id === body.proposalId);
  if (state === undefined || state.status.at !== 'open') return null;
  return { icon: '👍', headline: `Approved by ${who}; one more person is needed`, body: [reason] };
}

const toldByItsCause = new Set(['taken-over', 'handed-back']);

/** An answer that only confirms what the event before it tells is left out. */
export function answeredReply(
  event: IncidentEvent,
  body: EventOf<'answered'>,
  incident: Incident,
  events: readonly IncidentEvent[],
): ReplyText | null {
  const before = events
    .slice(Math.max(0, event.n - 3), event.n - 1)
    .filter(({ atMs }) => atMs === event.atMs);
  if (before.some(({ body: { type } }) => toldByItsCause.has(type))) return null;
  const next = events[event.n];
  if (next !== undefined && next.body.type === 'closed') return null;
  const [headline, ...rest] = body.lines;
  if (headline === undefined) return null;
  // Shown in the channel too, where the way to the conversation is not at hand.
  if (isCallForHelp(event, events)) {
    return { icon: '🆘', headline, body: rest.map((text) => [say(text)]), link: 'link' };
  }
  const { icon } = eventLine(event, incident, events);
  const { quoted } = body;
  return {
    icon,
    headline,
    body: rest.map((text) => [say(text)]),
    maxLines: maxAnswerLines,
    ...(quoted === undefined ? {} : { quoted }),
  };
}

/** What somebody wrote in the console, for those who read here. */
export function saidReply(event: IncidentEvent, body: EventOf<'said'>): ReplyText | null {
  const [first, ...rest] = body.text.split('\n').filter((text) => text.trim() !== '');
  if (first === undefined) return null;
  const where =
    event.actor.type === 'person' && event.actor.via !== 'slack' ? ` ${placeWords[event.actor.via]}` : '';
  return {
    icon: '💬',
    headline: `${actorName(event.actor)}${where}:`,
    body: [first, ...rest].map((text) => [say(text)]),
  };
}

const placeWords = { console: 'in the conversation', cli: 'on the command line' } as const;
