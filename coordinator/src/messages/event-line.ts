import type { Incident, ProposalState } from '../domain/incident.ts';
import type { EventOf, IncidentEvent, PassResult, StepResult } from '../domain/incident-event.ts';
import type { Symptom } from '../domain/symptom.ts';
import { actorName, actorWithPlace } from './actor-name.ts';
import { askedWords } from './asked-words.ts';
import { formatClockTime } from './clock-time.ts';
import { countWords } from './count-words.ts';
import { noActionWords } from './ending.ts';
import { outcomeDetail } from './outcome-detail.ts';
import { causesToTell } from './ranked-causes.ts';
import { expiryWords } from './expiry-words.ts';
import { refusalWords } from './refusal-words.ts';
import { revertedWords } from './reverted-words.ts';
import { symptomNews, symptomsBefore } from './symptom-news.ts';

/** What an event says, as plain text: one headline and at most a few lines below it. Not yet made safe for any surface. */
export interface EventLine {
  /** Icon that goes with the headline; never the only carrier of the meaning. */
  icon: string;
  headline: string;
  lines: string[];
}

/**
 * One event in words. `incident` is the whole incident (for plans and steps by id), folded at least up to the event;
 * `events` are its events, for what was told before. The same sentence stands in Slack and in the console.
 */
export function eventLine(
  event: IncidentEvent,
  incident: Incident,
  events: readonly IncidentEvent[],
): EventLine {
  const { body } = event;
  switch (body.type) {
    case 'opened':
      return line('🔴', body.title, [...new Set(body.symptoms.flatMap((s) => s.lines))].slice(0, 6));
    case 'symptoms-updated':
      return { icon: '🔴', ...symptomNews(symptomsBefore(events, event.n), body.symptoms) };
    case 'recovered':
      return line('🟢', 'The symptoms are gone', [body.detail]);
    case 'relapsed':
      return line('🔴', 'The symptoms are back', body.symptoms.map((s) => s.headline).slice(0, 6));
    case 'reopened':
      return line(
        '🔴',
        'Opened again: the same fault came back',
        body.symptoms.map((s) => s.headline).slice(0, 6),
      );
    case 'triaged':
      return line('🔎', 'What is known so far', [
        ...newsOf(body.lines, symptomsBefore(events, event.n)),
        ...(body.unknown.length > 0 ? [`Could not see: ${body.unknown.join('; ')}`] : []),
      ]);
    case 'diagnosed':
      return diagnosedLine(body);
    case 'drafted':
      return line(
        '📋',
        `Plan drafted: ${body.proposal.title}`,
        body.proposal.mode === 'remediate' ? ['The executor tries it out on the API server (dry run).'] : [],
      );
    case 'dry-run-ended':
      return line(
        body.ok ? '📋' : '⚠️',
        body.ok ? 'Server dry run passed' : 'Server dry run failed',
        nonEmpty(body.detail),
      );
    case 'proposed':
      return line('📋', `Proposed: ${body.proposal.title}`, [
        `Why: ${body.proposal.why}`,
        `May be approved until ${formatClockTime(body.proposal.expiresAtMs)}`,
      ]);
    case 'escalated':
      return line('🟠', `For the cluster owners: ${body.escalation.title}`, [
        body.escalation.why,
        ...body.escalation.options.map((option) => `Option: ${option}`),
      ]);
    case 'decided':
      return decidedLine(event, body, incident);
    case 'proposal-expired':
      return line('⌛', `No longer up for approval: ${expiryWords(body.reason)}`, nonEmpty(body.detail));
    case 'help-requested':
      return line('🆘', body.reason, helpLines(body));
    case 'closed':
      return line('✅', closedHeadline(body.how, incident), nonEmpty(body.summary));
    case 'reverted': {
      const { headline, lines } = revertedWords(body, incident);
      return line('⚠️', headline, lines);
    }
    case 'said':
      return line('💬', `${actorName(event.actor)}:`, body.text.split('\n'));
    case 'answered':
      return line('💬', 'pathmedic:', body.lines);
    case 'asked':
      return line('🔎', askedWords(body.request), []);
    case 'recheck-requested':
      return line('🔎', `${actorName(event.actor)} asked to look again`, []);
    case 'taken-over':
      return line('👤', `Taken over by ${actorWithPlace(event.actor)}`, [
        'pathmedic keeps watching and proposes nothing until it is handed back.',
      ]);
    case 'handed-back':
      return line('👤', `Handed back by ${actorWithPlace(event.actor)}`, []);
    default:
      return workLine(body, incident);
  }
}

type WorkBody = EventOf<
  | 'execution-requested'
  | 'execution-claimed'
  | 'step-intended'
  | 'step-ended'
  | 'step-proved'
  | 'step-settled'
  | 'execution-ended'
  | 'pass-started'
  | 'pass-ended'
>;

function workLine(body: WorkBody, incident: Incident): EventLine {
  switch (body.type) {
    case 'execution-requested':
      return line('🔧', 'Handed to the executor', []);
    case 'execution-claimed':
      return line('🔧', 'The executor has claimed the plan', [`Executor: ${body.executor}`]);
    case 'step-intended': {
      const { place, title } = stepAt(body, incident);
      return line('🔧', `${place}Writing the change${attemptWords(body.attempt)}`, nonEmpty(title));
    }
    case 'step-ended':
      return stepEndedLine(body.outcome, stepAt(body, incident));
    case 'step-proved':
      return line('🟢', `${stepAt(body, incident).place}The agents confirm it`, nonEmpty(body.detail));
    case 'step-settled': {
      const { place, waits } = stepAt(body, incident);
      return body.settled
        ? line('🔧', `${place}The change has taken effect`, waits ? nonEmpty(body.detail) : [])
        : line('⚠️', `${place}The change did not take effect in time`, nonEmpty(body.detail));
    }
    case 'execution-ended':
      return line(
        body.result === 'done' ? '🔧' : '⚠️',
        executionEndedWords(body.result),
        body.result === 'done' ? [] : nonEmpty(body.detail),
      );
    case 'pass-started':
      return line('🔎', `${passName(body.pass)} started: ${countWords(body.paths, 'path')}`, [
        `Results are due by ${formatClockTime(body.deadlineMs)}`,
      ]);
    case 'pass-ended':
      return passEndedLine(body.pass, body.outcome);
  }
}

function line(icon: string, headline: string, lines: readonly string[]): EventLine {
  return { icon, headline, lines: lines.filter((text) => text !== '') };
}

function nonEmpty(text: string): string[] {
  return text === '' ? [] : [text];
}

function diagnosedLine(body: EventOf<'diagnosed'>): EventLine {
  const { checks } = body.diagnosis;
  const checked = `${countWords(checks.length, 'check')} made`;
  const [top, ...others] = causesToTell(body.diagnosis);
  if (top === undefined) return line('🟠', 'No cause found among those known', [checked]);
  return line('🟠', `Likely cause (${top.confidence}): ${top.summary}`, [
    ...top.for.slice(0, 3).map((evidence) => evidence.text),
    ...(others.length > 0
      ? [`Less likely: ${others.map((cause) => `${cause.id} (${cause.confidence})`).join(', ')}`]
      : []),
    checked,
  ]);
}

function decidedLine(event: IncidentEvent, body: EventOf<'decided'>, incident: Incident): EventLine {
  const who = actorWithPlace(event.actor);
  const state = proposalOf(incident, body.proposalId);
  const title = state === null ? [] : [state.proposal.title];
  const reason = body.reason === undefined ? [] : [`Reason: ${body.reason}`];
  if (body.decision === 'rejected') return line('✋', `Rejected by ${who}`, [...title, ...reason]);
  const needed = state?.proposal.approvalsNeeded ?? 1;
  const given = state?.approvals.findIndex((approval) => approval.row === body.approval) ?? -1;
  const count = needed > 1 && given >= 0 ? ` (${given + 1} of ${needed})` : '';
  return line('👍', `Approved by ${who}${count}`, [...title, ...reason]);
}

function stepEndedLine(outcome: StepResult, { place, title }: StepAt): EventLine {
  switch (outcome.result) {
    case 'applied':
      return line('🔧', `${place}The change is written`, nonEmpty(outcomeDetail(outcome.detail, title)));
    case 'refused':
      return line('⚠️', `${place}Not done: ${refusalWords(outcome.reason)}`, nonEmpty(outcome.detail));
    case 'unknown':
      return line('⚠️', `${place}It is not known whether the change took effect`, nonEmpty(outcome.detail));
  }
}

function passEndedLine(pass: 1 | 2, outcome: PassResult): EventLine {
  return line(
    outcome.ok ? '🟢' : '⚠️',
    `${passName(pass)} ${outcome.ok ? 'passed' : 'did not pass'}: ${passNumbers(outcome)}`,
    outcome.problems,
  );
}

/** `64 paths, 1920 probes, 0 lost`, and what is missing if anything is. */
export function passNumbers(outcome: PassResult): string {
  const missing = outcome.missing > 0 ? `, ${outcome.missing} without a result` : '';
  return `${countWords(outcome.paths, 'path')}, ${countWords(outcome.probes, 'probe')}, ${outcome.lost} lost${missing}`;
}

/** `First check`, `Second check`. */
export function passName(pass: 1 | 2): string {
  return pass === 1 ? 'First check' : 'Second check';
}

function executionEndedWords(result: EventOf<'execution-ended'>['result']): string {
  switch (result) {
    case 'done':
      return 'The plan has been carried out';
    case 'stopped':
      return 'The plan stopped before its end';
    case 'not-started':
      return 'The plan was not started, nothing was changed';
    case 'unknown':
      return 'It is not known how far the plan came';
  }
}

function closedHeadline(how: EventOf<'closed'>['how'], incident: Incident): string {
  switch (how) {
    case 'fixed':
      return 'Resolved: fixed and checked twice';
    case 'healed':
      return `Gone by itself and checked twice: ${noActionWords(incident)}`;
    case 'by-person':
      return 'Closed by a person';
  }
}

function helpLines(help: EventOf<'help-requested'>): string[] {
  return [
    ...help.known.map((text) => `Known: ${text}`),
    ...(help.ruledOut.length > 0 ? [`Ruled out: ${help.ruledOut.join('; ')}`] : []),
    ...(help.cannotSee.length > 0 ? [`Cannot see: ${help.cannotSee.join('; ')}`] : []),
    ...[...new Set(help.lookAt)].map((text) => `I would look at: ${text}`),
  ];
}

function proposalOf(incident: Incident, proposalId: string): ProposalState | null {
  return incident.proposals.find((state) => state.proposal.id === proposalId) ?? null;
}

/** Where in its plan a step stands (`Step 1 of 2: `; empty where there is only one), and what it does. */
interface StepAt {
  place: string;
  title: string;
  /** There is something to wait for after the write, which a detail then tells. */
  waits: boolean;
}

function stepAt(at: { proposalId: string; step: number }, incident: Incident): StepAt {
  const steps = proposalOf(incident, at.proposalId)?.proposal.steps ?? [];
  const place = steps.length > 1 ? `Step ${at.step + 1} of ${steps.length}: ` : '';
  const step = steps[at.step];
  return { place, title: step?.title ?? '', waits: step?.settle.type !== 'none' };
}

/** First findings that the opening has not told already; all of them if that is all there is. */
function newsOf(lines: readonly string[], symptoms: readonly Symptom[]): readonly string[] {
  const told = new Set(symptoms.flatMap((symptom) => symptom.lines));
  const news = lines.filter((text) => !told.has(text));
  return news.length > 0 ? news : lines;
}

function attemptWords(attempt: number): string {
  return attempt > 1 ? ` (attempt ${attempt})` : '';
}
