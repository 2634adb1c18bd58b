import { formatDuration } from '../domain/duration.ts';
import type { Incident } from '../domain/incident.ts';
import type { NetworkSnapshot, PathState } from '../domain/network.ts';
import type { Symptom } from '../domain/symptom.ts';
import type { IncidentScope } from './join.ts';
import { coveredBy, joinSymptoms } from './join.ts';
import { leftWords, neededEvidence, unmetNeeds } from './needed-evidence.ts';

/** What detection wants to be recorded; pure data. */
export type Decision =
  /** Becomes a re-opening when the same scope was closed a short while ago. */
  | { kind: 'open'; scope: IncidentScope; detectedAtMs: number }
  | { kind: 'update'; incidentId: string; expectedLength: number; symptoms: Symptom[] }
  | { kind: 'relapsed'; incidentId: string; expectedLength: number; symptoms: Symptom[] }
  | { kind: 'recovered'; incidentId: string; expectedLength: number; detail: string };

export interface DetectInput {
  snapshot: NetworkSnapshot;
  /** Whether new incidents may be opened now, and from which symptoms. */
  mayOpen: 'all' | 'cluster-state-only' | 'nothing';
  /** A symptom that is about to count: what is found now may still be part of it. */
  pending: boolean;
  open: readonly Incident[];
  nodeCount: number;
  /** Paths that lost only a part have to stay clean for this long. */
  partialCalmMs: number;
  /** What the cluster's objects still show of a symptom that is not told any more, in words; null when nothing. */
  standing?: (symptom: Symptom) => string | null;
}

const maxSymptoms = 30;

/** Compares what is wrong now with the open incidents. */
export function detect(input: DetectInput): Decision[] {
  const { snapshot, open } = input;
  const joined = joinSymptoms(snapshot.symptoms, open, input.nodeCount);
  const decisions: Decision[] = [];
  for (const incident of open) {
    const current = joined.assigned.get(incident.id);
    const decision = current === undefined ? recovery(incident, input) : change(incident, current);
    if (decision !== null) decisions.push(decision);
  }
  if (input.pending) return decisions;
  for (const scope of joined.fresh) {
    if (openable(scope, input.mayOpen)) {
      decisions.push({ kind: 'open', scope, detectedAtMs: snapshot.atMs });
    }
  }
  return decisions;
}

function openable(scope: IncidentScope, mayOpen: DetectInput['mayOpen']): boolean {
  switch (mayOpen) {
    case 'all':
      return true;
    case 'cluster-state-only':
      return scope.symptoms.every(({ kind }) => kind !== 'paths-failing');
    case 'nothing':
      return false;
  }
}

/** An incident whose symptoms are there: did they come back, or grow? Null when there is nothing to record. */
export function change(incident: Incident, current: readonly Symptom[]): Decision | null {
  const { id: incidentId, length: expectedLength } = incident;
  const symptoms = merged(incident.symptoms, current, incident);
  if (incident.symptomsGone) return { kind: 'relapsed', incidentId, expectedLength, symptoms };
  return grew(incident.symptoms, symptoms) ? { kind: 'update', incidentId, expectedLength, symptoms } : null;
}

/**
 * Known symptoms in their latest form plus new ones. What is no longer seen stays: it has to be seen healthy again.
 * New explanations of the same paths are not added.
 */
function merged(known: readonly Symptom[], current: readonly Symptom[], incident: Incident): Symptom[] {
  const byKey = new Map(known.map((symptom) => [symptom.key, symptom]));
  for (const symptom of current) {
    const before = byKey.get(symptom.key);
    if (before !== undefined) byKey.set(symptom.key, withPathsOf(symptom, before));
    else if (!coveredBy(symptom, incident)) byKey.set(symptom.key, symptom);
  }
  return [...byKey.values()].slice(0, maxSymptoms);
}

/** Once affected, always to be verified. */
function withPathsOf(symptom: Symptom, before: Symptom): Symptom {
  return {
    ...symptom,
    sinceMs: Math.min(symptom.sinceMs, before.sinceMs),
    pathIds: [...new Set([...before.pathIds, ...symptom.pathIds])].slice(0, 200),
    affected: {
      nodes: union(before.affected.nodes, symptom.affected.nodes, 200),
      namespaces: union(before.affected.namespaces, symptom.affected.namespaces, 100),
      objects: symptom.affected.objects,
    },
  };
}

function union(a: readonly string[], b: readonly string[], limit: number): string[] {
  return [...new Set([...a, ...b])].slice(0, limit);
}

/** Worth an event: a new symptom, or one that reaches further than before. Changing numbers are not. */
function grew(before: readonly Symptom[], after: readonly Symptom[]): boolean {
  const known = new Map(before.map((symptom) => [symptom.key, symptom]));
  return after.some((symptom) => {
    const earlier = known.get(symptom.key);
    if (earlier === undefined) return true;
    return (
      symptom.affected.nodes.length > earlier.affected.nodes.length ||
      symptom.affected.namespaces.length > earlier.affected.namespaces.length ||
      symptom.pathIds.length >= earlier.pathIds.length * 2 + 4
    );
  });
}

/**
 * Gone: no symptom of it for the hold time, every path that failed is healthy again, and something answers from and to
 * every end of those that left the plan. Unknown is not healthy.
 */
function recovery(incident: Incident, input: DetectInput): Decision | null {
  const { snapshot, mayOpen, partialCalmMs, standing } = input;
  // While the view is incomplete nothing can be said to be over.
  if (incident.symptomsGone || !snapshot.complete || mayOpen === 'nothing') return null;
  if (standing !== undefined && incident.symptoms.some((symptom) => standing(symptom) !== null)) return null;
  if (incident.symptoms.every(({ kind }) => kind === 'asked')) return null;
  const states = new Map(snapshot.paths.map((state) => [state.path.id, state]));
  const affected = [...new Set(incident.symptoms.flatMap(({ pathIds }) => pathIds))].flatMap(
    (id) => states.get(id) ?? [],
  );
  const calmSinceMs = snapshot.atMs - (losesPart(incident) ? partialCalmMs : 0);
  if (!affected.every(({ state, sinceMs }) => state === 'healthy' && sinceMs <= calmSinceMs)) return null;
  const { needs, left } = neededEvidence(incident.symptoms, snapshot.judged);
  const healthy = snapshot.paths.flatMap(({ path, state }) => (state === 'healthy' ? [path.id] : []));
  if (unmetNeeds(needs, healthy).length > 0) return null;
  return {
    kind: 'recovered',
    incidentId: incident.id,
    expectedLength: incident.length,
    detail: recoveryDetail(affected, left, snapshot.atMs),
  };
}

/** A path that loses a few per cent looks healthy for a while every now and then. */
function losesPart({ symptoms }: Incident): boolean {
  return symptoms.some(({ lossRate }) => lossRate !== null && lossRate < 0.8);
}

function recoveryDetail(affected: readonly PathState[], left: readonly string[], nowMs: number): string {
  const gone = left.length === 0 ? '' : ` ${leftWords(left)}.`;
  if (affected.length === 0) return `The cluster no longer shows any of it.${gone}`;
  const sent = affected.reduce((sum, state) => sum + state.sent, 0);
  const lost = affected.reduce((sum, state) => sum + state.lost, 0);
  const sinceMs = Math.max(...affected.map((state) => state.sinceMs));
  const which =
    affected.length === 1 ? 'The affected path answers' : `All ${affected.length} affected paths answer`;
  // The latest windows may reach back to before that: their losses are no news, and would read like a contradiction.
  const probes = lost === 0 && sent > 0 ? `: none of the last ${sent} probes was lost` : '';
  return `${which} again, for ${formatDuration(Math.max(0, nowMs - sinceMs))} now${probes}.${gone}`;
}
