import type { IncidentEvent } from '../domain/incident-event.ts';
import { foldIncident } from '../domain/fold.ts';
import { formatTimeOfDay } from './clock-time.ts';
import { eventLine } from './event-line.ts';
import type { Line, SlackMessage } from './slack-block.ts';
import { lines, present, say } from './slack-block.ts';
import type { SlackContext } from './slack-context.ts';
import { cut, slackFallbackText, slackLine } from './slack-text.ts';

const maxShown = 8;

/** One message in the place of the replies that could not be sent while Slack was away: a line each, with its time. */
export function catchUpMessage(
  told: readonly IncidentEvent[],
  incidentId: string,
  events: readonly IncidentEvent[],
  to: SlackContext,
): SlackMessage {
  const [first] = told;
  const last = told.at(-1);
  const span =
    first === undefined || last === undefined
      ? ''
      : ` (${formatTimeOfDay(first.atMs)} to ${formatTimeOfDay(last.atMs)} UTC)`;
  const headline = `Slack could not be reached; this happened meanwhile${span}`;
  // The newest matter most: what is left out is left out of the middle.
  const shown = told.length <= maxShown ? told : [...told.slice(0, 2), ...told.slice(-(maxShown - 2))];
  const left = told.length - shown.length;
  const body: Line[] = shown.map((event) => [say(eventWords(event, incidentId, events))]);
  const link = {
    text: left > 0 ? `${left} more in the conversation` : 'Open conversation',
    url: to.conversationUrl,
  };
  return {
    text: slackFallbackText(headline),
    blocks: present([lines([[{ text: `⏪ ${headline}`, bold: true }], ...body, [link]])]),
  };
}

function eventWords(event: IncidentEvent, incidentId: string, events: readonly IncidentEvent[]): string {
  const incident = foldIncident(incidentId, events.slice(0, event.n));
  if (incident === null) return '';
  const { icon, headline } = eventLine(event, incident, events);
  return cut(slackLine(`${formatTimeOfDay(event.atMs)} ${icon} ${headline}`), 160);
}
