import { IncidentPage, TimelineEntry } from '@pathmedic/shared/contract/console.ts';
import type {
  CauseView,
  DurationView,
  EvidenceView,
  IncidentListItem,
  StateView,
  SymptomView,
} from '@pathmedic/shared/contract/console.ts';
import { requesterOf } from '../domain/approval.ts';
import type { Evidence, RankedCause } from '../domain/cause.ts';
import type { ExecutionState, Incident } from '../domain/incident.ts';
import { currentProposal } from '../domain/incident.ts';
import type { IncidentEvent } from '../domain/incident-event.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Principal } from '../domain/principal.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { actorName } from './actor-name.ts';
import { matrixView } from './console-matrix.ts';
import { passViews } from './console-passes.ts';
import { diffLines, earlierPlans, planView } from './console-plan.ts';
import { timelineEntry } from './console-timeline.ts';
import { formatDuration } from '../domain/duration.ts';
import { incidentState, phaseState } from './incident-state.ts';
import { milestonesOf } from './milestones.ts';
import { causesToTell } from './ranked-causes.ts';
import { affectedOf, reachWords, sinceMsOf } from './reach.ts';
import { typedCompletions } from './typed-completions.ts';
import { visibleText } from './visible-text.ts';

/** What the page needs besides the incident: who looks, when, and what the network looks like (null where it is not known). */
export interface ConsoleContext {
  principal: Principal;
  approvers: readonly string[];
  nowMs: number;
  passGapMs: number;
  network: NetworkSnapshot | null;
  /** What the cluster looks like, for completing commands; null where it is not known. */
  facts: ClusterFacts | null;
}

/** The page of one incident for one person. Pure. */
export function incidentPage(
  { incident, events }: { incident: Incident; events: readonly IncidentEvent[] },
  context: ConsoleContext,
): IncidentPage {
  const proposal = currentProposal(incident)?.proposal.id ?? '';
  return safe(IncidentPage, {
    ...headline(incident, context),
    ...findings(incident),
    durations: durationViews(events),
    plan: planView(incident, { ...context, requestedBy: requesterOf(events, proposal) }),
    earlierPlans: earlierPlans(incident),
    execution: executionView(incident.execution),
    passes: passViews(incident, context.passGapMs),
    help: incident.help,
    escalation: escalationView(incident.escalation),
    closing: closingView(incident),
    matrix:
      context.network === null || incident.closed !== null ? null : matrixView(incident, context.network),
    completions:
      context.facts === null || incident.closed !== null ? [] : typedCompletions(incident, context.facts),
  } satisfies IncidentPage);
}

function headline(incident: Incident, { nowMs }: ConsoleContext) {
  return {
    id: incident.id,
    cluster: incident.cluster,
    title: incident.title,
    length: incident.length,
    nowMs,
    state: stateView(incident),
    sinceMs: sinceMsOf(incident),
    openedAtMs: incident.openedAtMs,
    closedAtMs: incident.closed?.atMs ?? null,
    reach: { words: reachWords(incident), ...affectedOf(incident) },
    takenOverBy: incident.takenOverBy === null ? null : actorName(incident.takenOverBy),
    reopened: incident.reopened,
  };
}

function findings({ symptoms, triage, diagnosis }: Incident) {
  const told = new Set(symptoms.flatMap(({ lines }) => lines));
  return {
    symptoms: symptoms.map(symptomView),
    triage:
      triage === null
        ? null
        : { lines: triage.lines.filter((text) => !told.has(text)), unknown: triage.unknown },
    causes: causesToTell(diagnosis).map(causeView),
    checks: diagnosis?.checks ?? [],
    unknown: diagnosis?.unknown ?? [],
  };
}

function escalationView(escalation: Incident['escalation']): IncidentPage['escalation'] {
  if (escalation === null) return null;
  const { title, why, options, atMs, changes = [] } = escalation;
  return {
    title,
    why,
    options,
    atMs,
    changes: changes.map(({ diff, ...change }) => ({ ...change, diff: diffLines(diff) })),
  };
}

function closingView(incident: Incident): IncidentPage['closing'] {
  const { closed } = incident;
  if (closed === null) return null;
  return { words: incidentState(incident).words, summary: closed.summary, auditHead: closed.auditHead };
}

/** One event of the story. `incident` is folded at least up to it; `events` are those of the incident. */
export function timelineView(
  event: IncidentEvent,
  incident: Incident,
  events: readonly IncidentEvent[],
): TimelineEntry {
  return safe(TimelineEntry, timelineEntry(event, incident, events));
}

/** One line of the list, from what the store keeps for lists. */
export function listItemView(summary: {
  id: string;
  title: string;
  phase: Incident['phase'];
  openedAtMs: number;
  updatedAtMs: number;
  closedAtMs: number | null;
}): IncidentListItem {
  const { phase, title, ...rest } = summary;
  const state = { ...phaseState(phase), phase, closed: phase === 'closed' };
  return { ...rest, title: visibleText(title), state };
}

/** Writes out what hides or reorders text, in every text of a view at once, and holds the view to its schema. */
function safe<T>(schema: { parse(value: unknown): T }, view: T): T {
  const reviver = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? visibleText(value) : value;
  return schema.parse(JSON.parse(JSON.stringify(view), reviver));
}

function stateView(incident: Incident): StateView {
  const { phase } = incident;
  return { ...incidentState(incident), phase, closed: phase === 'closed' };
}

function durationViews(events: readonly IncidentEvent[]): DurationView[] {
  const parts = milestonesOf(events);
  if (parts === null) return [];
  const named: [string, number | null][] = [
    ['Detected', parts.detectMs],
    ['Named', parts.namedMs],
    ['Card', parts.cardMs],
    ['Approval', parts.approvalMs],
    ['Fix', parts.fixMs],
    ['Gone', parts.goneMs],
    ['In total', parts.totalMs],
  ];
  return named.flatMap(([name, ms]) => (ms === null ? [] : [{ name, after: formatDuration(ms) }]));
}

function symptomView(symptom: Incident['symptoms'][number]): SymptomView {
  const { headline, sinceMs, lines, lossRate, component } = symptom;
  return { headline, sinceMs, lines, lossRate, component };
}

function causeView(cause: RankedCause): CauseView {
  const { id, confidence, score, component, summary } = cause;
  return {
    id,
    confidence,
    score,
    component,
    summary,
    for: cause.for.map(evidenceView),
    against: cause.against.map(evidenceView),
  };
}

function evidenceView({ source, text, ref, atMs }: Evidence): EvidenceView {
  return { source, text, object: ref === undefined ? null : formatRef(ref), atMs: atMs ?? null };
}

function executionView(execution: ExecutionState | null): IncidentPage['execution'] {
  if (execution === null) return null;
  const { status } = execution;
  switch (status.at) {
    case 'requested':
      return { words: 'Handed to the executor', executor: null, ended: false };
    case 'claimed':
      return { words: 'The executor is at work', executor: status.executor, ended: false };
    case 'ended':
      return { words: status.detail, executor: null, ended: true };
  }
}
