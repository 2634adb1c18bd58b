import type { RankedCause } from '../domain/cause.ts';
import type { Incident, ProposalState } from '../domain/incident.ts';
import type { IncidentEvent } from '../domain/incident-event.ts';
import { actorWithPlace } from './actor-name.ts';
import { formatDateTime, formatTimeOfDay } from './clock-time.ts';
import { endingWords, noActionWords } from './ending.ts';
import { eventLine, passName, passNumbers } from './event-line.ts';
import { incidentState } from './incident-state.ts';
import { capitalSentence, sentence } from './join-texts.ts';
import { milestonesOf, milestoneWords } from './milestones.ts';
import { causesToTell } from './ranked-causes.ts';
import { reachWords, sinceMsOf } from './reach.ts';
import { visibleText } from './visible-text.ts';

/** The write-up of an incident as Markdown: what happened, why, what was done, how it was checked, the whole story. Pure. */
export function reportMarkdown(incident: Incident, events: readonly IncidentEvent[], url: string): string {
  const sections = [
    head(incident, events, url),
    section('Symptoms', symptomLines(incident)),
    section('Cause', causeLines(incident)),
    section('Ruled out and not seen', checkLines(incident)),
    section(
      'Plans',
      incident.proposals.flatMap((state, i) => [...(i === 0 ? [] : ['']), ...planLines(state)]),
    ),
    section('Checks after it', passLines(incident)),
    section('Help that was asked for', helpLines(incident)),
    section(
      'Story (times in UTC)',
      events.flatMap((event) => storyLines(event, incident, events)),
    ),
    auditLine(incident, events),
  ];
  return `${sections.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The head covers what was recorded before the close; people and the watch may add to the story afterwards. */
function auditLine({ closed }: Incident, events: readonly IncidentEvent[]): string {
  const closing = events.findLast(({ body }) => body.type === 'closed');
  if (closed === null || closing === undefined) return '';
  return `Audit chain: \`${closed.auditHead}\` over ${closing.n - 1} events.`;
}

function head(incident: Incident, events: readonly IncidentEvent[], url: string): string {
  const { icon, words } = incidentState(incident);
  const parts = milestonesOf(events);
  const now = incident.closed === null ? words : endingWords(incident, events);
  return [
    `# ${text(incident.title)}`,
    '',
    `${icon} ${now}. Cluster ${text(incident.cluster)}, since ${formatDateTime(sinceMsOf(incident))}.`,
    '',
    `- Reach: ${text(reachWords(incident))}`,
    ...(parts === null ? [] : [`- ${milestoneWords(parts)}`]),
    ...(incident.reopened > 0 ? [`- Opened again ${incident.reopened} times`] : []),
    ...closingLines(incident),
    `- Conversation: <${url}>`,
  ].join('\n');
}

/** The headline has told how it ended. */
function closingLines({ closed, diagnosis, written }: Incident): string[] {
  if (closed === null) return [];
  if (closed.how !== 'healed') return [`- In short: ${text(closed.summary)}`];
  const [top] = causesToTell(diagnosis);
  const looked = top === undefined || top.id === 'other' ? '' : ` What it looked like: ${text(top.summary)}`;
  return [`- ${capitalSentence(noActionWords({ written }))}${looked}`];
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n')}`;
}

/** What several symptoms say in the same words is told with the first. */
function symptomLines({ symptoms }: Incident): string[] {
  const told = new Set<string>();
  return symptoms.flatMap(({ headline, lines }) => {
    const news = lines.filter((line) => !told.has(line));
    for (const line of news) told.add(line);
    return [`- ${text(headline)}`, ...news.map((line) => `  - ${text(line)}`)];
  });
}

function causeLines(incident: Incident): string[] {
  const [top, ...others] = causesToTell(incident.diagnosis);
  if (top === undefined)
    return incident.diagnosis === null ? [] : ['None of the known causes fits what was seen.'];
  return [
    `**${top.id}** (${top.confidence}): ${text(top.summary)}`,
    '',
    ...evidenceLines(top),
    ...(others.length > 0 ? ['', 'Less likely:', ''] : []),
    ...others.flatMap((cause) => [`- ${cause.id} (${cause.confidence}): ${text(cause.summary)}`]),
  ];
}

function evidenceLines(cause: RankedCause): string[] {
  return [
    ...cause.for.map((evidence) => `- For: ${text(evidence.text)}`),
    ...cause.against.map((evidence) => `- Against: ${text(evidence.text)}`),
  ];
}

function checkLines(incident: Incident): string[] {
  const clear = (incident.diagnosis?.checks ?? []).filter(({ result }) => result === 'clear');
  const unseen = [...(incident.triage?.unknown ?? []), ...(incident.diagnosis?.unknown ?? [])];
  return [
    ...clear.map(
      ({ title, detail }) => `- Looked fine: ${text(title)}${detail === '' ? '' : `: ${text(detail)}`}`,
    ),
    ...[...new Set(unseen)].map((line) => `- Could not see: ${text(line)}`),
  ];
}

function planLines(state: ProposalState): string[] {
  const { proposal, status } = state;
  const steps = proposal.steps.flatMap((step) => [
    '',
    `${step.title === proposal.title ? '' : `${sentence(text(step.title))} `}Undo: ${sentence(text(step.undo))}`,
    '',
    fenced(step.diff),
  ]);
  return [
    `### ${text(proposal.title)}`,
    '',
    `${sentence(statusWords(status))} Why: ${text(proposal.why)}`,
    ...steps,
  ];
}

function statusWords(status: ProposalState['status']): string {
  switch (status.at) {
    case 'open':
      return 'Waiting for approval';
    case 'approved':
      return `Approved by ${status.approvals.map(({ by }) => actorWithPlace(by)).join(' and ')}`;
    case 'rejected':
      return `Rejected by ${actorWithPlace(status.by)}${status.reason === undefined ? '' : ` (${text(status.reason)})`}`;
    case 'expired':
      return `Not carried out: ${text(status.detail)}`;
  }
}

function passLines(incident: Incident): string[] {
  return incident.passes.flatMap(({ pass, ended }) =>
    ended === null
      ? []
      : [
          `- ${passName(pass)} at ${formatTimeOfDay(ended.atMs)}: ${ended.outcome.ok ? 'passed' : 'did not pass'}, ${passNumbers(ended.outcome)}`,
          ...ended.outcome.problems.map((problem) => `  - ${text(problem)}`),
        ],
  );
}

function helpLines({ help, escalation }: Incident): string[] {
  return [
    ...(escalation === null
      ? []
      : [
          `${text(escalation.title)}: ${text(escalation.why)}`,
          ...escalation.options.map((o) => `- Option: ${text(o)}`),
          ...(escalation.changes ?? []).flatMap(({ title, where, diff }) => [
            '',
            `${sentence(text(title))}${where === null ? '' : ` ${sentence(text(where))}`}`,
            '',
            fenced(diff),
          ]),
        ]),
    ...(help === null
      ? []
      : [
          text(help.reason),
          ...help.cannotSee.map((l) => `- Cannot see: ${text(l)}`),
          ...[...new Set(help.lookAt)].map((l) => `- Look at: ${text(l)}`),
        ]),
  ];
}

function storyLines(event: IncidentEvent, incident: Incident, events: readonly IncidentEvent[]): string[] {
  const { headline, lines } = eventLine(event, incident, events);
  if (event.body.type === 'symptoms-updated' && lines.length === 0) return [];
  // The last closing is told by the head of the write-up.
  const told = event.body.type === 'closed' && event.body.auditHead === incident.closed?.auditHead;
  return [
    `- ${formatTimeOfDay(event.atMs)} ${text(headline)}`,
    ...(told ? [] : lines).slice(0, 12).map((line) => `  - ${text(line)}`),
  ];
}

/** Text as Markdown shows it literally, on one line: nothing that came from outside becomes a link, an image or markup. */
function text(raw: string): string {
  return visibleText(raw)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[\\`*_[\]<>|~#]/g, '\\$&')
    .replace(/!(?=\\\[)/g, '\\!');
}

/** A fence longer than any run of backticks inside. */
function fenced(content: string): string {
  const longest = Math.max(2, ...(content.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}diff\n${visibleText(content).replace(/\n$/, '')}\n${fence}`;
}
