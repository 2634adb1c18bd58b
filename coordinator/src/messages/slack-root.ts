import type { Incident, ProposalState } from '../domain/incident.ts';
import { currentProposal } from '../domain/incident.ts';
import type { IncidentEvent } from '../domain/incident-event.ts';
import { actorName } from './actor-name.ts';
import { formatClockTime } from './clock-time.ts';
import { endingWords, noActionWords } from './ending.ts';
import { incidentState } from './incident-state.ts';
import { joinSteps } from './join-texts.ts';
import { milestonesOf, milestoneWords } from './milestones.ts';
import { reachWords, sinceMsOf } from './reach.ts';
import type { Button, Line, SlackMessage } from './slack-block.ts';
import { buttons, context, header, labelled, lines, present, say } from './slack-block.ts';
import type { SlackContext } from './slack-context.ts';
import { slackFallbackText } from './slack-text.ts';
import { stillWorksLine } from './still-works.ts';

/**
 * The message that stands in the channel for the whole incident and is kept up to date: what is broken since when, how far
 * it reaches, what still works, what happens now; after the close-out what it was and how it ended. Fits a phone screen.
 */
export function rootMessage(
  incident: Incident,
  events: readonly IncidentEvent[],
  to: SlackContext,
): SlackMessage {
  const { icon } = incidentState(incident);
  const now = incident.closed === null ? nowWords(incident) : closedWords(incident, events);
  const body = incident.closed === null ? openLines(incident, now) : closedLines(incident, now);
  return {
    text: slackFallbackText(`${icon} ${incident.title}: ${now}`),
    blocks: present([
      header(`${icon} ${incident.title}`),
      lines(body),
      incident.closed === null ? null : context(proofWords(events, incident.closed.auditHead)),
      buttons(`root-${incident.reopened}`, rootButtons(incident, to)),
    ]),
  };
}

function openLines(incident: Incident, now: string): Line[] {
  const reach = reachWords(incident);
  const cause = knownCause(incident);
  const again = incident.reopened === 0 ? '' : ` · back again, time ${incident.reopened + 1}`;
  return [
    [
      say(
        [
          `Since ${formatClockTime(sinceMsOf(incident))}`,
          incident.cluster,
          ...(reach === 'reach not known yet' ? [] : [reach]),
        ].join(' · ') + again,
      ),
    ],
    labelled('Still works', stillWorks(incident)),
    ...(cause === null ? [] : [labelled(`Likely cause (${cause.confidence})`, cause.summary)]),
    [{ text: now, bold: true }],
  ];
}

/** Said while it is true: not once the symptoms have gone. */
function stillWorks(incident: Incident): string {
  if (incident.symptomsGone) return '';
  const line = stillWorksLine(incident.triage?.lines ?? []);
  return line === null
    ? ''
    : line.replace(/^Everything else answers: /, 'everything else, ').replace(/\.$/, '');
}

function knownCause(incident: Incident) {
  const top = incident.diagnosis?.causes[0];
  return top === undefined || top.id === 'other' ? null : top;
}

/** What happens now, in one sentence. */
function nowWords(incident: Incident): string {
  if (incident.takenOverBy !== null && incident.phase !== 'executing') {
    return `${actorName(incident.takenOverBy)} has taken over; pathmedic keeps watching`;
  }
  switch (incident.phase) {
    case 'new':
    case 'triaged':
      return 'Looking into it';
    case 'diagnosed':
      return 'Working out what to do';
    case 'drafted':
      return 'Trying out a fix on the API server (dry run, changes nothing)';
    case 'awaiting-approval':
      return waitingWords(currentProposal(incident));
    case 'approved':
    case 'executing':
      return `Making the change${approvedByWords(currentProposal(incident))}`;
    case 'verifying':
      return `Changed${approvedByWords(currentProposal(incident))}. ${checkWords(incident)}`;
    case 'recovering':
      return `Symptoms gone${incident.recoveredAtMs === null ? '' : ` since ${formatClockTime(incident.recoveredAtMs)}`}. ${checkWords(incident)}`;
    case 'needs-help':
      return 'I need help: see the thread';
    case 'escalated':
      return `Needs a cluster owner: ${incident.escalation?.title ?? 'see the thread'}`;
    case 'closed':
      return 'Closed';
  }
}

function waitingWords(state: ProposalState | null): string {
  if (state === null) return 'Waiting for approval';
  const until = formatClockTime(state.proposal.expiresAtMs);
  if (state.proposal.mode === 'advise')
    return 'What to run by hand is in the thread; pathmedic changes nothing here';
  const more = state.approvals.length > 0 ? 'one more approval' : 'approval';
  return `Waiting for ${more} until ${until}: the card is in the thread`;
}

function approvedByWords(state: ProposalState | null): string {
  const names = (state?.approvals ?? []).map(({ by }) => actorName(by));
  return names.length === 0 ? '' : `, approved by ${names.join(' and ')}`;
}

function checkWords(incident: Incident): string {
  const [first, second] = [1, 2].map((n) => incident.passes.find(({ pass }) => pass === n));
  if (first?.ended?.outcome.ok === false || second?.ended?.outcome.ok === false)
    return 'A check did not pass';
  if (second !== undefined) return 'First check passed, the second is running';
  if (first?.ended?.outcome.ok === true) return 'First check passed, the second follows 30 s later';
  return 'Checking twice, 30 s apart';
}

function closedWords(incident: Incident, events: readonly IncidentEvent[]): string {
  const ending = endingWords(incident, events);
  return incident.closed?.how === 'healed' ? `${ending}; ${noActionWords(incident)}` : ending;
}

function closedLines(incident: Incident, now: string): Line[] {
  const began = `${now} · began ${formatClockTime(sinceMsOf(incident))} · ${incident.cluster}`;
  const cause = knownCause(incident);
  if (incident.closed?.how === 'by-person') {
    return [[{ text: began, bold: true }], [say(incident.closed.summary)]];
  }
  if (incident.closed?.how === 'healed') {
    return [[{ text: began, bold: true }], labelled('What it looked like', cause?.summary ?? '')];
  }
  return [
    [{ text: began, bold: true }],
    labelled('Cause', cause?.summary ?? ''),
    labelled('Fix', fixWords(incident)),
  ];
}

/** What was changed, and who approved it. */
function fixWords(incident: Incident): string {
  const { execution } = incident;
  const state = incident.proposals.find(({ proposal }) => proposal.id === execution?.proposalId) ?? null;
  if (state === null) return '';
  const applied = state.proposal.steps
    .filter((_, i) => execution?.steps[i]?.outcome?.result === 'applied')
    .map(({ title }) => title);
  return applied.length === 0 ? '' : `${joinSteps(applied)}${approvedByWords(state)}`;
}

function proofWords(events: readonly IncidentEvent[], auditHead: string): string {
  const milestones = milestonesOf(events);
  const times = milestones === null ? '' : `${milestoneWords(milestones)} · `;
  return `${times}audit ${auditHead.slice(0, 12)}`;
}

function rootButtons(incident: Incident, to: SlackContext): Button[] {
  const open: Button = { text: 'Open conversation', action: 'open-conversation', url: to.conversationUrl };
  if (incident.closed !== null) return [open, { text: 'Write-up', action: 'write-up', url: to.writeUpUrl }];
  const help: Button = { text: 'Need help', action: 'need-help', value: incident.id };
  if (incident.takenOverBy !== null) return [open, help];
  return [open, { text: 'Take over', action: 'take-over', value: incident.id }, help];
}
