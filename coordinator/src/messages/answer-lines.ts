import { conversationCommands } from '@pathmedic/shared/contract/conversation-command.ts';
import type { Evidence } from '../domain/cause.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Incident } from '../domain/incident.ts';
import { typedActions } from '../domain/typed-action.ts';
import { formatClockTime } from './clock-time.ts';
import { causesToTell } from './ranked-causes.ts';

/** Limits of an `answered` event. */
const maxLines = 40;
const maxLineLength = 500;

/** Answer to `why`: the likely cause with what speaks for and against it, and the runners-up. */
export function whyLines(incident: Incident): string[] {
  const [top, ...others] = causesToTell(incident.diagnosis);
  if (top === undefined) return [notDiagnosed(incident)];
  return bounded([
    `Most likely (${top.confidence}): ${top.summary}`,
    ...top.for.map((evidence) => `For: ${evidenceWords(evidence)}`),
    ...top.against.map((evidence) => `Against: ${evidenceWords(evidence)}`),
    ...others.map((cause) => `Less likely (${cause.confidence}): ${cause.summary}`),
    ...(incident.diagnosis?.unknown ?? []).map((text) => `Could not see: ${text}`),
  ]);
}

/** Answer to `evidence`: symptoms, evidence of each cause, and every check with its result. */
export function evidenceLines(incident: Incident): string[] {
  const { diagnosis } = incident;
  return bounded([
    ...incident.symptoms.flatMap((symptom) => [`Symptom: ${symptom.headline}`, ...symptom.lines.slice(0, 3)]),
    ...causesToTell(diagnosis).flatMap((cause) => [
      ...cause.for.map((evidence) => `For ${cause.id}: ${evidenceWords(evidence)}`),
      ...cause.against.map((evidence) => `Against ${cause.id}: ${evidenceWords(evidence)}`),
    ]),
    ...(diagnosis?.checks ?? []).map(
      (check) => `Check ${checkWords[check.result]}: ${check.title}. ${check.detail}`,
    ),
    ...(diagnosis === null ? [notDiagnosed(incident)] : []),
  ]);
}

const checkWords = {
  found: 'found something',
  clear: 'found nothing',
  unknown: 'could not be made',
} as const;

/** Answer to `help`. */
export function helpLines(): string[] {
  return [
    ...conversationCommands.map(
      ({ command, takes, does }) => `${command}${takes === '' ? '' : ` ${takes}`}: ${does}`,
    ),
    'Everything else is conversation. Nothing that is written here is ever run.',
  ];
}

/** Answer to `propose help`. */
export function proposeLines(): string[] {
  return [
    'Actions that can be proposed here; an approver decides on the card that follows:',
    ...typedActions.map(({ type, takes, does }) => `propose ${type} ${takes}: ${does}`),
    'Each is refused where it is not safe, with the reason.',
  ];
}

function notDiagnosed(incident: Incident): string {
  return incident.diagnosis === null
    ? 'The causes are not ranked yet; what is known so far stands above.'
    : 'None of the causes that are known to the runbook fits what was seen.';
}

function evidenceWords(evidence: Evidence): string {
  const where = evidence.ref === undefined ? '' : ` (${formatRef(evidence.ref)})`;
  const when = evidence.atMs === undefined ? '' : ` at ${formatClockTime(evidence.atMs)}`;
  return `${evidence.text}${where}${when}`;
}

function bounded(lines: readonly string[]): string[] {
  const cut = lines.map((line) =>
    line.length > maxLineLength ? `${line.slice(0, maxLineLength - 1)}…` : line,
  );
  if (cut.length <= maxLines) return cut;
  const shown = cut.slice(0, maxLines - 1);
  return [...shown, `and ${cut.length - shown.length} more in the conversation's page`];
}
