import type { Diagnosis } from '../domain/cause.ts';
import type { Incident } from '../domain/incident.ts';
import { foldIncident } from '../domain/fold.ts';
import type { EventOf, IncidentEvent } from '../domain/incident-event.ts';
import type { SourceChange } from '../domain/proposal.ts';
import { actorWithPlace } from './actor-name.ts';
import { isCallForHelp } from './asked-for-help.ts';
import { formatClockTime } from './clock-time.ts';
import { formatDuration } from '../domain/duration.ts';
import { passName, passNumbers } from './event-line.ts';
import { joinSentences } from './join-texts.ts';
import { sinceMsOf } from './reach.ts';
import { revertedWords } from './reverted-words.ts';
import type { Line, Run, SlackMessage } from './slack-block.ts';
import { labelled, lines, preformatted, present, say } from './slack-block.ts';
import type { SlackContext } from './slack-context.ts';
import { answeredReply, decidedReply, saidReply } from './slack-people-reply.ts';
import { closeReply, executionReply, type ReplyText } from './slack-outcome.ts';
import { cut, slackFallbackText, slackLines } from './slack-text.ts';
import { stillWorksLine } from './still-works.ts';

/** Lines of a reply that pathmedic sends on its own. */
const maxReplyLines = 6;
/** Characters of a log or a change. */
const maxQuoted = 2500;

/**
 * The thread reply for one event, or null where another message says it already (the card, the root, a neighbour).
 * Rendered on the incident as it was right after the event, so that a late reply says what was true then.
 */
export function replyMessage(
  event: IncidentEvent,
  incidentId: string,
  events: readonly IncidentEvent[],
  to: SlackContext,
): SlackMessage | null {
  const incident = foldIncident(incidentId, events.slice(0, event.n));
  if (incident === null) return null;
  const reply = replyText(event, incident, events);
  return reply === null ? null : replyOf(reply, to);
}

function replyOf(
  { icon, headline, body, rest = '', link = 'no-link', maxLines = maxReplyLines, quoted }: ReplyText,
  to: SlackContext,
) {
  const shown = body.filter((line) => line.length > 0);
  const room = maxLines - 1;
  const fits = shown.length <= room;
  const kept = fits ? shown : shown.slice(0, room - 1);
  const more: Run = {
    text: `${shown.length - kept.length} more lines in the conversation`,
    url: to.conversationUrl,
  };
  const last: Line[] = fits ? [] : [[more]];
  // The link goes behind the last line: it must not cost one.
  const withLink: Line[] =
    link === 'link' && fits
      ? [
          ...kept.slice(0, -1),
          [
            ...(kept.at(-1)?.concat(say(' · ')) ?? []),
            { text: 'Open conversation', url: to.conversationUrl },
          ],
        ]
      : kept;
  return {
    text: slackFallbackText(`${icon} ${headline} ${rest}`),
    blocks: present([
      lines([
        [{ text: `${icon} ${headline}`, bold: true }, say(rest === '' ? '' : ` ${rest}`)],
        ...withLink,
        ...last,
      ]),
      quoted === undefined ? null : preformatted(shownOf(quoted)),
    ]),
  };
}

/** As much as a chat message holds well; all of it stands in the conversation. */
function shownOf({ what, lines: texts }: NonNullable<ReplyText['quoted']>): string {
  const fromEnd = what === 'log';
  const shown: string[] = [];
  let length = 0;
  for (const text of fromEnd ? texts.toReversed() : texts) {
    const line = cut(slackLines(text), maxQuoted);
    length += line.length + 1;
    if (length > maxQuoted) break;
    shown.push(line);
  }
  if (fromEnd) return shown.toReversed().join('\n');
  const left = texts.length - shown.length;
  return [...shown, ...(left > 0 ? [`… ${left} more lines in the conversation`] : [])].join('\n');
}

function replyText(
  event: IncidentEvent,
  incident: Incident,
  events: readonly IncidentEvent[],
): ReplyText | null {
  const { body } = event;
  switch (body.type) {
    case 'triaged':
      return triageReply(event, body, incident);
    case 'diagnosed':
      return diagnosedReply(body.diagnosis);
    case 'decided':
      return decidedReply(event, body, incident);
    case 'proposal-expired':
      return body.reason === 'time'
        ? {
            icon: '⌛',
            headline: `Nobody decided until ${formatClockTime(event.atMs)}; nothing was changed`,
            body: [],
          }
        : null;
    case 'execution-ended':
      return executionReply(event, incident);
    case 'pass-ended':
      return passReply(body, incident);
    case 'recovered':
      return recoveredReply(event, body, incident, events);
    case 'relapsed':
    case 'reopened':
      return backReply(body, incident);
    case 'escalated':
      return escalatedReply(body);
    case 'help-requested':
      return helpReply(body);
    case 'closed':
      return closeReply(event, incident);
    case 'reverted': {
      const { headline, lines: told } = revertedWords(body, incident);
      return { icon: '⚠️', headline, body: told.map((text) => [say(text)]), link: 'link' };
    }
    case 'taken-over':
      return {
        icon: '👤',
        headline: `Taken over by ${actorWithPlace(event.actor)}`,
        body: [
          [say('pathmedic keeps watching and proposes nothing. Write "hand back" here when it may go on.')],
        ],
      };
    case 'handed-back':
      return {
        icon: '👤',
        headline: `Handed back by ${actorWithPlace(event.actor)}: pathmedic looks at the cluster again`,
        body: [],
      };
    case 'answered':
      return answeredReply(event, body, incident, events);
    case 'said':
      return saidReply(event, body);
    default:
      return null;
  }
}

/** What is known before any diagnosis; the root has "still works" already. */
function triageReply(event: IncidentEvent, body: EventOf<'triaged'>, incident: Incident): ReplyText {
  const afterMs = event.atMs - incident.detectedAtMs;
  const stillWorks = stillWorksLine(body.lines);
  return {
    icon: '🔎',
    headline: `What is known ${formatDuration(afterMs)} after detection`,
    body: [
      ...body.lines.filter((line) => line !== stillWorks).map((line) => [say(line)]),
      labelled('Could not see', body.unknown.join('; ')),
    ],
  };
}

/** The evidence behind the cause that the root names. */
function diagnosedReply({ causes, checks, unknown }: Diagnosis): ReplyText {
  const clear = checks.filter(({ result }) => result === 'clear').map(({ title }) => title);
  const ruledOut = labelled('Looked fine', shortList(clear, 6));
  const unseen = labelled('Could not see', shortList(unknown, 3));
  const [top, second] = causes;
  if (top === undefined || top.id === 'other') {
    return {
      icon: '🟠',
      headline: 'No known cause fits what can be seen',
      body: [ruledOut, unseen],
      link: 'link',
    };
  }
  const evidence = top.for
    .filter(({ text }) => !top.summary.includes(text))
    .slice(0, second === undefined ? 3 : 2);
  return {
    icon: '🟠',
    headline: `Likely cause (${top.confidence}):`,
    rest: top.summary,
    body: [
      ...evidence.map(({ text }) => [say(`• ${text}`)]),
      ...(second === undefined || second.id === 'other'
        ? []
        : [labelled(`Less likely (${second.confidence})`, second.summary)]),
      ruledOut,
      unseen,
    ],
  };
}

/** Names that fit a line, with how many were left out. */
function shortList(items: readonly string[], count: number): string {
  const shown = items.slice(0, count).join('; ');
  return items.length > count ? `${shown}; and ${items.length - count} more` : shown;
}

/** A pass that holds is told by the root, and with its numbers by the close-out. */
function passReply(body: EventOf<'pass-ended'>, incident: Incident): ReplyText | null {
  const { pass, outcome } = body;
  const known = incident.passes.some(({ nonce, ended }) => nonce === body.nonce && ended !== null);
  if (!known || outcome.ok) return null;
  return {
    icon: '⚠️',
    headline: `${passName(pass)} did not pass: ${passNumbers(outcome)}`,
    body: outcome.problems.map((problem) => [say(`• ${problem}`)]),
  };
}

/** During a fix the checks that follow it speak. */
function recoveredReply(
  event: IncidentEvent,
  body: EventOf<'recovered'>,
  incident: Incident,
  events: readonly IncidentEvent[],
): ReplyText | null {
  if (incident.phase !== 'recovering') return null;
  const lasted = formatDuration(event.atMs - sinceMsOf(incident));
  const acted = events.slice(0, event.n).some(({ body: { type } }) => type === 'execution-requested');
  return {
    icon: '🟢',
    headline: `The symptoms are gone after ${lasted}${acted ? '' : ', without any action'}`,
    body: [[say(body.detail)], [say('I check twice, 30 s apart, and close it if it stays so.')]],
  };
}

function backReply(body: EventOf<'relapsed' | 'reopened'>, incident: Incident): ReplyText {
  const headline =
    body.type === 'reopened'
      ? 'The same fault is back: opened again'
      : 'The symptoms are back before it was closed';
  const headlines = new Set(body.symptoms.map((symptom) => symptom.headline));
  headlines.delete(incident.title);
  const numbers = body.symptoms.flatMap((symptom) => symptom.lines.slice(0, 2));
  return { icon: '🔴', headline, body: [...headlines, ...numbers].map((text) => [say(text)]) };
}

function escalatedReply({ escalation }: EventOf<'escalated'>): ReplyText {
  const { changes = [] } = escalation;
  return {
    icon: '🟠',
    headline: `For the cluster owners: ${escalation.title}`,
    body: [
      [say(escalation.why)],
      ...escalation.options.slice(0, 4).map((option) => labelled('Option', option)),
    ],
    link: 'link',
    ...(changes.length === 0 ? {} : { quoted: { what: 'change', lines: changeLines(changes) } }),
  };
}

function changeLines(changes: readonly SourceChange[]): string[] {
  return changes.flatMap(({ title, diff }) => [
    ...(changes.length === 1 ? [] : [`# ${title}`]),
    ...diff.replace(/\n$/, '').split('\n'),
  ]);
}

function helpReply(help: EventOf<'help-requested'>): ReplyText {
  const [first, second] = help.known;
  return {
    icon: '🆘',
    headline: 'I need help:',
    rest: help.reason,
    body: [
      labelled(
        'Known',
        joinSentences([first, second].flatMap((text = '') => (help.reason.includes(text) ? [] : text))),
      ),
      labelled('Looked fine', shortList(help.ruledOut, 6)),
      labelled('Cannot see', shortList(help.cannotSee, 3)),
      labelled('I would look at', shortList([...new Set(help.lookAt)], 3)),
    ],
    link: 'link',
  };
}

/** Replies that call people who are not in the thread yet are shown in the channel too. */
export function broadcastsReply(event: IncidentEvent, events: readonly IncidentEvent[]): boolean {
  if (isCallForHelp(event, events)) return true;
  const { type } = event.body;
  return type === 'help-requested' || type === 'escalated' || type === 'reopened' || type === 'reverted';
}
