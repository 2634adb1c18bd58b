import type { PathState, Suspect } from '../../domain/network.ts';
import type { Symptom } from '../../domain/symptom.ts';
import type { ClusterFacts } from '../../facts/cluster-facts.ts';
import type { SensingSettings } from '../settings.ts';
import type { ServiceHistory } from './service-history.ts';

/** Everything symptoms are made from, at one moment. */
export interface Observation {
  nowMs: number;
  facts: ClusterFacts;
  states: readonly PathState[];
  suspects: readonly Suspect[];
  /** When a path was found failing, and whether its latest windows still are bad; null for one that is not failing. */
  failing: (pathId: string) => { foundMs: number; losesNow: boolean } | null;
  /** Nodes from which no agent has reported lately although one runs there. */
  silentNodes: ReadonlySet<string>;
  /** What stood behind Services before. */
  services: ServiceHistory;
  settings: SensingSettings;
}

/** A symptom as seen now, and how long it has to be seen before it counts. */
export interface Observed {
  symptom: Symptom;
  holdMs: number;
  /** The hold is longer because something is being replaced or went away whole; that outlasts its end. */
  inTransition?: boolean;
  /** Since when the evidence (failing paths) is there, whatever it was explained by; null for cluster state. */
  evidenceMs?: number | null;
}

/** Cuts text to what the contract allows, with a visible mark. */
export function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

/** `node1`, `node1 and node2`, `node1, node2 and 3 more nodes`. */
export function nameNodes(nodes: readonly string[]): string {
  const [first = 'no node', second, third, ...more] = nodes;
  if (second === undefined) return first;
  if (third === undefined) return `${first} and ${second}`;
  return more.length === 0
    ? `${first}, ${second} and ${third}`
    : `${first}, ${second} and ${nodes.length - 2} more nodes`;
}

/** Brings a symptom within the bounds of its schema. */
export function bounded(symptom: Symptom): Symptom {
  return {
    ...symptom,
    key: clip(symptom.key, 300),
    headline: clip(symptom.headline, 150),
    lines: symptom.lines.slice(0, 12).map((line) => clip(line, 300)),
    affected: {
      nodes: symptom.affected.nodes.slice(0, 200),
      namespaces: symptom.affected.namespaces.slice(0, 100),
      objects: symptom.affected.objects.slice(0, 50),
    },
    pathIds: symptom.pathIds.slice(0, 200),
  };
}
