import type { IncidentEvent } from '../domain/incident-event.ts';
import { formatDuration } from '../domain/duration.ts';

/**
 * How long each part of the current round took, milliseconds; null for what has not happened.
 * Detected, named and card count from the start of the fault; approval counts from the card, fix from the approval
 * to the settled roll-out, total from the start to the close-out. Gone: until a fault that healed by itself was last seen,
 * without the checks that follow.
 */
export interface Milestones {
  startedAtMs: number;
  detectMs: number | null;
  namedMs: number | null;
  cardMs: number | null;
  approvalMs: number | null;
  fixMs: number | null;
  goneMs: number | null;
  totalMs: number | null;
}

/** The durations that a close-out tells. A re-opened incident counts from its last re-opening. */
export function milestonesOf(events: readonly IncidentEvent[]): Milestones | null {
  const start = events.findLastIndex(({ body }) => body.type === 'reopened' || body.type === 'opened');
  const first = events[start];
  if (first === undefined || (first.body.type !== 'opened' && first.body.type !== 'reopened')) return null;
  const round = events.slice(start);
  const startedAtMs = Math.min(first.atMs, ...first.body.symptoms.map((symptom) => symptom.sinceMs));
  const detectedAtMs = first.body.type === 'opened' ? first.body.detectedAtMs : first.atMs;
  const named = firstAt(round, ({ body }) => body.type === 'diagnosed' && body.diagnosis.causes.length > 0);
  // The plan that was carried out is the last one; earlier cards may have been rejected or have expired.
  const request = round.findLast(({ body }) => body.type === 'execution-requested');
  const planId = request?.body.type === 'execution-requested' ? request.body.proposalId : null;
  const card = firstAt(
    round,
    ({ body }) => body.type === 'proposed' && (planId === null || body.proposal.id === planId),
  );
  const approved = lastAt(
    round,
    ({ body }) => body.type === 'decided' && body.decision === 'approved' && body.proposalId === planId,
  );
  const done = lastAt(round, ({ body }) => body.type === 'execution-ended' && body.result === 'done');
  const closed = lastAt(round, ({ body }) => body.type === 'closed');
  const gone = healedAtMs(round);
  return {
    startedAtMs,
    detectMs: Math.max(0, detectedAtMs - startedAtMs),
    namedMs: span(startedAtMs, named),
    cardMs: span(startedAtMs, card),
    approvalMs: span(card, approved),
    fixMs: span(approved, done),
    goneMs: span(startedAtMs, gone),
    totalMs: span(startedAtMs, closed),
  };
}

/** When it recovered for good, of a round that was closed as healed by itself; else null. */
function healedAtMs(round: readonly IncidentEvent[]): number | null {
  const closed = round.findLast(({ body }) => body.type === 'closed');
  if (closed?.body.type !== 'closed' || closed.body.how !== 'healed') return null;
  return lastAt(round.slice(0, round.indexOf(closed)), ({ body }) => body.type === 'recovered');
}

function span(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : Math.max(0, toMs - fromMs);
}

function firstAt(events: readonly IncidentEvent[], is: (event: IncidentEvent) => boolean): number | null {
  return events.find(is)?.atMs ?? null;
}

function lastAt(events: readonly IncidentEvent[], is: (event: IncidentEvent) => boolean): number | null {
  return events.findLast(is)?.atMs ?? null;
}

/** The parts as one line: `Detected 9 s · named 9 s · card 14 s · approval 2 min 7 s · fix 39 s`; empty when nothing is known. */
export function milestoneWords(milestones: Milestones): string {
  const named: [string, number | null][] = [
    ['detected', milestones.detectMs],
    ['named', milestones.namedMs],
    ['card', milestones.cardMs],
    ['approval', milestones.approvalMs],
    ['fix', milestones.fixMs],
  ];
  const words = named
    .flatMap(([name, ms]) => (ms === null ? [] : [`${name} ${formatDuration(ms)}`]))
    .join(' · ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
