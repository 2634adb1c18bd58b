import type { PlannedAction } from '../domain/action.ts';
import type { ExecutionState, Incident, PassState, StepState } from '../domain/incident.ts';
import type { IncidentEvent } from '../domain/incident-event.ts';
import { actorWithPlace } from './actor-name.ts';
import { formatTimeOfDay } from './clock-time.ts';
import { outcomeDetail } from './outcome-detail.ts';
import { passNumbers } from './event-line.ts';
import { joinSentences } from './join-texts.ts';
import { refusalWords } from './refusal-words.ts';
import type { Line } from './slack-block.ts';
import { labelled, say } from './slack-block.ts';

/** A thread reply before it is laid out. */
export interface ReplyText {
  icon: string;
  headline: string;
  body: readonly Line[];
  /** What follows the headline on its line, not in bold. */
  rest?: string;
  /** Whether the last line ends with a link to the conversation. */
  link?: 'link' | 'no-link';
  /** All lines, with the headline. */
  maxLines?: number;
  /** Stands below, monospaced, as it is: of a log the end, of a change the beginning where not all of it fits. */
  quoted?: { what: 'log' | 'change'; lines: readonly string[] };
}

/** What the executor did, with times: approved, written, settled. What was changed stands on the card. */
export function executionReply(event: IncidentEvent, incident: Incident): ReplyText | null {
  const { execution } = incident;
  if (execution === null || execution.status.at !== 'ended') return null;
  const state = incident.proposals.find(({ proposal }) => proposal.id === execution.proposalId);
  const approvals = (state?.approvals ?? []).map(
    ({ by, atMs }) => `${formatTimeOfDay(atMs)} approved by ${actorWithPlace(by)}`,
  );
  const titles = state?.proposal.steps.map(({ title }) => title) ?? [];
  const steps = execution.steps.flatMap((_, i) => stepWords(execution, i, titles));
  const { result, detail } = execution.status;
  // A plan of one step has one line from the approval to the end.
  const told =
    titles.length === 1 ? [[...approvals, ...steps].join(' · ')] : [approvals.join(' · '), ...steps];
  const body = told.map((text) => [say(text)]);
  switch (result) {
    case 'done':
      return { icon: '🔧', headline: 'Change made and settled; I check it twice now', body };
    case 'stopped':
      return { icon: '⚠️', headline: 'The plan stopped before its end', body: [...body, [say(detail)]] };
    case 'not-started':
      return { icon: '⚠️', headline: 'The plan was not started; nothing was changed', body: [[say(detail)]] };
    case 'unknown':
      return {
        icon: '⚠️',
        headline: `It is not known whether the change took effect (${formatTimeOfDay(event.atMs)} UTC); the checks will tell`,
        body: [...body, [say(detail)]],
      };
  }
}

function stepWords(execution: ExecutionState, index: number, titles: readonly string[]): string[] {
  const step = execution.steps[index];
  if (step === undefined || step.outcome === null) return [];
  const name = titles.length === 1 ? '' : `step ${index + 1} `;
  const title = titles[index] ?? '';
  const at = formatTimeOfDay(step.endedAtMs ?? step.intendedAtMs ?? execution.requestedAtMs);
  switch (step.outcome.result) {
    case 'applied': {
      const detail = outcomeDetail(step.outcome.detail, title);
      const rest = detail === '' ? '' : ` (${detail})`;
      return [[`${at} ${name}written${rest}`, ...settledWords(step)].join(' · ')];
    }
    case 'refused':
      return [`${at} ${name}not done: ${refusalWords(step.outcome.reason)}`];
    case 'unknown':
      return [`${at} ${name}not certain: ${step.outcome.detail}`];
  }
}

function settledWords({ settled, settledAtMs, endedAtMs, proof }: StepState): string[] {
  if (settled === false) return ['did not settle in time'];
  if (settled === null || settledAtMs === null || settledAtMs - (endedAtMs ?? 0) < 1000) return [];
  return [`${formatTimeOfDay(settledAtMs)} ${proof ?? 'rolled out'}`];
}

/** The proof that the close-out of the root refers to; cause, fix and times stand there. */
export function closeReply(event: IncidentEvent, incident: Incident): ReplyText | null {
  const { closed, passes } = incident;
  if (closed === null) return null;
  if (closed.how === 'by-person') {
    return { icon: '✅', headline: closed.summary, body: [auditLine(closed.auditHead, event)] };
  }
  const lost = passes.reduce((sum, { ended }) => sum + (ended?.outcome.lost ?? 0), 0);
  const proof = lost === 0 ? 'Both checks passed, nothing lost' : 'Both checks passed';
  const before = closed.how === 'healed' ? 'It stays away' : 'The fix holds';
  return {
    icon: '✅',
    headline: `${before}: ${proof.charAt(0).toLowerCase()}${proof.slice(1)}. Closed`,
    body: [...passes.map(passLine), ...undoLine(incident), auditLine(closed.auditHead, event)],
  };
}

function passLine({ pass, ended }: PassState): Line {
  if (ended === null) return [];
  return [
    say(`${formatTimeOfDay(ended.atMs)} ${pass === 1 ? 'first' : 'second'}: ${passNumbers(ended.outcome)}`),
  ];
}

/** How to take the change back, should it turn out to be wrong later. */
function undoLine({ proposals, execution, closed }: Incident): Line[] {
  if (closed?.how !== 'fixed') return [];
  const steps = proposals.find(({ proposal }) => proposal.id === execution?.proposalId)?.proposal.steps ?? [];
  const applied = steps.filter((_, i) => execution?.steps[i]?.outcome?.result === 'applied').toReversed();
  // What there is to do stands before what needs nothing.
  const texts = (needed: boolean) =>
    applied.filter((s) => leavesTraces(s) === needed).map(({ undo }) => undo);
  return [labelled('To undo', joinSentences([...texts(true), ...texts(false)]))];
}

/** A restarted or deleted pod is followed by a new one: there is nothing to take back. */
function leavesTraces({ request: { type } }: PlannedAction): boolean {
  return type !== 'restart-deployment' && type !== 'restart-daemonset' && type !== 'delete-pod';
}

function auditLine(head: string, event: IncidentEvent): Line {
  return labelled('Audit', `${head.slice(0, 12)} over ${event.n - 1} events`);
}
