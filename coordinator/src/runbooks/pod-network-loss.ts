import type { NetworkSnapshot, PathState } from '../domain/network.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { cniCoverage } from '../facts/cni-coverage.ts';
import { blamedComponents } from './blamed-nodes.ts';
import { nodePathsOf, podPathsOf, tally, type Tally } from './probe-evidence.ts';

/** Pod traffic between nodes that is lost while the nodes themselves reach each other: the CNI's own way is broken. */
export interface PodNetworkLoss {
  /** One node with all others, or just two nodes with each other. */
  reach: 'node' | 'pair';
  /** The node, or both ends of the pair. */
  nodes: string[];
  /** Pod network around there, and the node network below it. */
  pod: Tally;
  under: Tally;
  /** Lost share of what is lost, 0 to 1. */
  lossRate: number;
  /** On the one node, its agent on the node's network reports, and the one on the pod network does not. */
  podsMute: boolean;
  /** CNI agents on these nodes that do not run well: then it is theirs. */
  agentsWell: boolean;
}

/** Less than this and something still gets through: no route or port is missing then. */
const WHOLE = 0.8;

export function isWhole({ lossRate }: PodNetworkLoss): boolean {
  return lossRate >= WHOLE;
}

/** What the incident shows of this kind; null where it is about something else, or the nodes cannot reach each other either. */
export function podNetworkLoss(situation: Situation): PodNetworkLoss | null {
  const { network } = situation;
  const place = placeOf(situation);
  if (network === null || place === null) return null;
  const [first = '', second = ''] = place.nodes;
  const between = (states: readonly PathState[]): PathState[] =>
    place.reach === 'node' ? [...states] : states.filter((state) => touches(state, second));
  const pod = tally(between(podPathsOf(network, first)));
  const under = tally(between(nodePathsOf(network, first)));
  if (pod.failing === 0 || under.failing > 0 || under.healthy === 0) return null;
  return {
    ...place,
    pod,
    under,
    lossRate: lossOf(situation, pod),
    podsMute: place.reach === 'node' && podsMute(network, first),
    agentsWell: agentsWell(situation, place.nodes),
  };
}

function touches({ path: { from, to } }: PathState, node: string): boolean {
  return from.node === node || (to.type === 'agent' && to.node === node);
}

function placeOf(situation: Situation): Pick<PodNetworkLoss, 'reach' | 'nodes'> | null {
  const blamed = blamedComponents(situation);
  const nodes = blamed.flatMap(({ kind, instance }) =>
    kind === 'cni-egress' || kind === 'cni-ingress' ? [instance] : [],
  );
  if (nodes[0] !== undefined) return { reach: 'node', nodes: [nodes[0]] };
  const pair = blamed
    .find(({ kind }) => kind === 'overlay')
    ?.instance.split('>')
    .toSorted();
  return pair === undefined ? null : { reach: 'pair', nodes: pair };
}

function lossOf({ symptoms }: Situation, pod: Tally): number {
  const rates = symptoms.flatMap(({ component, lossRate }) =>
    /^(cni-(e|in)gress|overlay):/.test(component ?? '') && lossRate !== null ? [lossRate] : [],
  );
  return rates.length > 0 ? Math.max(...rates) : pod.sent === 0 ? 0 : 1 - pod.answered / pod.sent;
}

function agentsWell({ facts }: Situation, nodes: readonly string[]): boolean {
  const there = cniCoverage(facts)
    .flatMap((coverage) => coverage.nodes)
    .filter((on) => nodes.includes(on.node.meta.name));
  return there.every(({ state }) => state === 'ready' || state === 'unknown');
}

/** Agents report every few seconds. */
const REPORTED_MS = 30_000;

/** Reports go to a node's address, not through the tunnel between nodes: where they stop too, nothing of pods leaves. */
function podsMute({ agents, atMs }: NetworkSnapshot, node: string): boolean {
  const reports = (mode: string): boolean[] =>
    agents
      .filter((agent) => agent.node === node && agent.mode === mode)
      .map(({ lastReportMs }) => lastReportMs !== null && atMs - lastReportMs <= REPORTED_MS);
  const pods = reports('pod');
  return reports('host').includes(true) && pods.length > 0 && !pods.includes(true);
}
