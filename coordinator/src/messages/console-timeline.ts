import type { TimelineEntry } from '@pathmedic/shared/contract/console.ts';
import type { Evidence } from '../domain/cause.ts';
import type { Incident } from '../domain/incident.ts';
import type { IncidentEvent } from '../domain/incident-event.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Proposal, SourceChange } from '../domain/proposal.ts';
import { actorName } from './actor-name.ts';
import { formatClockTime } from './clock-time.ts';
import { eventLine } from './event-line.ts';

type Fold = TimelineEntry['fold'];

/** One event as an entry of the story. Texts are not yet made safe to the eye; `console-view.ts` does that for all. */
export function timelineEntry(
  event: IncidentEvent,
  incident: Incident,
  events: readonly IncidentEvent[],
): TimelineEntry {
  const { icon, headline, lines } = eventLine(event, incident, events);
  return {
    n: event.n,
    atMs: event.atMs,
    actor: actorName(event.actor),
    person: event.actor.type === 'person',
    kind: event.body.type,
    icon,
    headline,
    lines,
    fold: foldOf(event),
  };
}

/** What an entry shows on demand: the evidence, checks, diffs and rows behind its few lines. */
function foldOf({ body }: IncidentEvent): Fold {
  switch (body.type) {
    case 'opened':
    case 'symptoms-updated':
    case 'relapsed':
    case 'reopened':
      return fold(
        'What was seen',
        body.symptoms.flatMap((symptom) => [symptom.headline, ...symptom.lines.map((text) => `  ${text}`)]),
      );
    case 'diagnosed':
      return fold('Evidence and checks', [
        ...body.diagnosis.causes.flatMap((cause) => [
          `${cause.id} (${cause.confidence}, ${Math.round(cause.score * 100)} %): ${cause.summary}`,
          ...cause.for.map((evidence) => `  for: ${evidenceWords(evidence)}`),
          ...cause.against.map((evidence) => `  against: ${evidenceWords(evidence)}`),
        ]),
        ...body.diagnosis.checks.map(
          (check) => `check, ${checkWords[check.result]}: ${check.title}. ${check.detail}`,
        ),
        ...body.diagnosis.unknown.map((text) => `could not see: ${text}`),
      ]);
    case 'drafted':
    case 'proposed':
      return fold('The change', changeLines(body.proposal));
    case 'decided':
      return fold('Signed approval', body.approval === null ? [] : [`HMAC-SHA256 ${body.approval}`]);
    case 'answered':
      return body.quoted === undefined ? null : fold(quotedWords[body.quoted.what], body.quoted.lines);
    case 'escalated':
      return fold('What would be changed, at its source', changeAtSourceLines(body.escalation.changes ?? []));
    case 'closed':
      return fold('Audit chain', [`Head ${body.auditHead}`]);
    case 'step-ended':
      return body.outcome.result === 'applied' && body.outcome.undo !== undefined
        ? fold('Undo', JSON.stringify(body.outcome.undo, null, 2).split('\n'))
        : null;
    default:
      return null;
  }
}

const checkWords = {
  found: 'found something',
  clear: 'found nothing',
  unknown: 'could not be made',
} as const;

const quotedWords = { log: 'Log', change: 'What would be changed' } as const;

function fold(label: string, lines: readonly string[]): Fold {
  return lines.length === 0 ? null : { label, lines: [...lines] };
}

function changeLines(proposal: Proposal): string[] {
  return proposal.steps.flatMap((step) => [step.title, ...step.diff.split('\n').map((text) => `  ${text}`)]);
}

function changeAtSourceLines(changes: readonly SourceChange[]): string[] {
  return changes.flatMap(({ title, where, diff }) => [
    title,
    ...(where === null ? [] : [where]),
    ...diff.split('\n').map((text) => `  ${text}`),
  ]);
}

function evidenceWords(evidence: Evidence): string {
  const where = evidence.ref === undefined ? '' : ` · ${formatRef(evidence.ref)}`;
  const when = evidence.atMs === undefined ? '' : ` · ${formatClockTime(evidence.atMs)}`;
  return `${evidence.text} [${evidence.source}]${where}${when}`;
}
