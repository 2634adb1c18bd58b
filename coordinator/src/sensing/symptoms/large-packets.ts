import type { SizeLoss } from '@pathmedic/shared/contract/outcome.ts';
import type { PathState, Suspect } from '../../domain/network.ts';
import type { Scope } from '../../domain/symptom.ts';
import { cniHoldMs } from './roll-out-hold.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded } from './observation.ts';
import { answered, failingSince, lossRate, targetNode } from './probe-counts.ts';

/**
 * Large packets vanish while small ones pass: at one node or between two, for pods or for the nodes themselves.
 * `kind` is the blamed component's, `instance` its node or `node1>node2`.
 */
export function largePacketsSymptom(
  kind: string,
  instance: string,
  suspects: readonly Suspect[],
  observation: Observation,
): Observed {
  const ends = instance.split('>');
  const [first = '', second = null] = ends;
  const forPods = kind === 'mtu-pods' || kind === 'mtu-overlay';
  const explained = new Set(suspects.flatMap(({ explains }) => explains));
  const failing = observation.states.filter(
    ({ path, state }) => explained.has(path.id) && state === 'failing',
  );
  const scope: Scope =
    second === null ? { type: 'nodes', nodes: [first] } : { type: 'pair', from: first, to: second };
  return {
    holdMs: Math.max(...ends.map((node) => cniHoldMs(observation, node))),
    symptom: bounded({
      kind: 'paths-failing',
      key: `large-packets:${kind}:${instance}`,
      scope,
      component: suspects[0]?.component ?? null,
      headline: `${who(forPods, first, second)} vanish${above(failing)}`,
      sinceMs: failingSince(failing, observation.nowMs),
      lines: [
        ...wayLines(ends, failing),
        ...passesLine(failing),
        ...smallLine(ends, forPods, observation.states),
        ...nodesLine(ends, forPods, observation.states),
      ],
      affected: { nodes: ends, namespaces: [], objects: [] },
      pathIds: failing.map(({ path }) => path.id),
      lossRate: lossRate(failing),
    }),
  };
}

function who(forPods: boolean, first: string, second: string | null): string {
  const of = forPods ? 'pods on ' : '';
  return second === null
    ? `Large packets to and from ${of}${first}`
    : `Large packets between ${of}${first} and ${second}`;
}

function sizeLosses(states: readonly PathState[]): SizeLoss[] {
  return states.flatMap(({ sizeLoss }) => sizeLoss ?? []);
}

/** Largest size that passed anywhere: what is lost is above it on every path; null when nothing was found out. */
function passing(losses: readonly SizeLoss[]): number | null {
  const found = losses.flatMap(({ passesBytes }) => passesBytes ?? []);
  return found.length === 0 ? null : Math.max(...found);
}

function above(failing: readonly PathState[]): string {
  const bytes = passing(sizeLosses(failing));
  return bytes === null ? '' : ` (above ${bytes} bytes)`;
}

/** On which ways the node loses them; a probe's own direction is seen from its prober. */
function wayLines(ends: readonly string[], failing: readonly PathState[]): string[] {
  const [node = ''] = ends;
  const lost = { from: 0, to: 0 };
  for (const state of failing) {
    if (state.sizeLoss === undefined) continue;
    const { direction } = state.sizeLoss;
    const own = state.path.from.node === node;
    if (direction !== 'back') lost[own ? 'from' : 'to'] += 1;
    if (direction !== 'out') lost[own ? 'to' : 'from'] += 1;
  }
  const ways = [
    ...(lost.from > 0 ? [`from ${node} on ${lost.from}`] : []),
    ...(lost.to > 0 ? [`to ${node} on ${lost.to}`] : []),
  ];
  return [`Large packets: ${answered(failing)} (lost ${ways.join(', ')} of ${failing.length} paths)`];
}

function passesLine(failing: readonly PathState[]): string[] {
  const losses = sizeLosses(failing);
  const bytes = passing(losses);
  if (bytes === null) return [];
  const mtuBytes = Math.max(...losses.map((loss) => loss.mtuBytes));
  return [`Largest packet that passes: ${bytes} bytes; the interface allows ${mtuBytes}`];
}

function touches(state: PathState, ends: readonly string[]): boolean {
  const [first = '', second] = ends;
  const both = [state.path.from.node, targetNode(state)];
  return both.includes(first) && (second === undefined || both.includes(second));
}

function smallLine(ends: readonly string[], forPods: boolean, states: readonly PathState[]): string[] {
  const kind = forPods ? 'pod' : 'node';
  const small = states.filter((state) => state.path.kind === kind && touches(state, ends));
  return small.length === 0 ? [] : [`Small packets on the same ways: ${answered(small)}`];
}

/** Separates the pod network from what carries it. */
function nodesLine(ends: readonly string[], forPods: boolean, states: readonly PathState[]): string[] {
  const own = states.filter(
    (state) => state.path.kind === 'mtu' && state.path.from.mode === 'host' && touches(state, ends),
  );
  return !forPods || own.length === 0 ? [] : [`Large packets between the nodes themselves: ${answered(own)}`];
}
