import type { PathState, Suspect } from '../../domain/network.ts';
import { cniHoldMs } from './roll-out-hold.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded } from './observation.ts';
import { answered, failingSince, failureKinds, lossRate, sources, targetNode } from './probe-counts.ts';

/** One node whose pods are cut off from other nodes, or whose whole network is: cni-egress/-ingress or node-in/-out. */
export function nodeSymptom(
  kind: 'pod-network' | 'node',
  node: string,
  suspects: readonly Suspect[],
  observation: Observation,
): Observed {
  const pathKind = kind === 'node' ? 'node' : 'pod';
  const around = observation.states.filter(({ path }) => path.kind === pathKind);
  const out = around.filter(({ path }) => path.from.node === node);
  const into = around.filter((state) => targetNode(state) === node);
  const explained = new Set(suspects.flatMap(({ explains }) => explains));
  const failing = observation.states.filter(
    ({ path, state }) => explained.has(path.id) && state === 'failing',
  );
  const loss = lossRate(failing);
  const gone = kind === 'node' && observation.silentNodes.has(node);
  return {
    holdMs: gone
      ? observation.settings.nodeGoneHoldMs
      : kind === 'node'
        ? observation.settings.pathsHoldMs
        : cniHoldMs(observation, node),
    symptom: bounded({
      kind: 'paths-failing',
      key: `${kind}:${node}`,
      scope: { type: 'nodes', nodes: [node] },
      component: suspects[0]?.component ?? null,
      headline: gone
        ? `${node} is gone: it answers nobody and reports nothing`
        : headline(kind, node, isWhole(suspects, [...out, ...into]), [out, into]),
      sinceMs: failingSince(failing, observation.nowMs),
      lines: [
        ...direction(`${node} to`, out, pathKind),
        ...direction(`to ${node} from`, into, pathKind),
        ...(kind === 'node' ? [] : nodeNetworkLine(node, observation.states)),
        ...dnsLine(node, observation.states),
        ...(failing.length === 0 ? [] : [`How they fail: ${failureKinds(failing)}`]),
      ],
      affected: { nodes: [node], namespaces: [], objects: [] },
      pathIds: failing.map(({ path }) => path.id),
      lossRate: loss,
    }),
  };
}

function headline(
  kind: 'pod-network' | 'node',
  node: string,
  whole: boolean,
  [out, into]: [readonly PathState[], readonly PathState[]],
): string {
  if (!whole) {
    const share = percent(lossRate([...out, ...into]) ?? 0);
    return kind === 'node'
      ? `${node} loses ${share} of its traffic`
      : `Pods on ${node} lose ${share} of their traffic`;
  }
  const outFails = out.some(({ state }) => state === 'failing');
  const outWorks = !outFails && out.some(({ state }) => state === 'healthy');
  if (kind === 'node')
    return outFails ? `${node} cannot reach other nodes` : `Other nodes cannot reach ${node}`;
  return outWorks
    ? `Pods on other nodes cannot reach pods on ${node}`
    : `Pods on ${node} cannot reach pods on other nodes`;
}

/**
 * Is everything lost, or a part? By the fitted rates, or by the probes; in the first seconds of a fault, when windows
 * still hold answers from before it, by nearly all paths being bad.
 */
function isWhole(suspects: readonly Suspect[], around: readonly PathState[]): boolean {
  const loss = lossRate(around) ?? 0;
  if (loss >= wholeLoss || suspects.some((suspect) => suspect.lossRate >= wholeLoss)) return true;
  const judged = around.filter(({ state }) => state !== 'unknown');
  const failing = judged.filter(({ state }) => state === 'failing');
  return loss >= 0.6 && failing.length >= judged.length * 0.9;
}

const wholeLoss = 0.8;

/** `12 %`, never 0 % for something. */
export function percent(share: number): string {
  return `${Math.max(1, Math.round(share * 100))} %`;
}

function direction(label: string, states: readonly PathState[], pathKind: 'node' | 'pod'): string[] {
  if (states.length === 0) return [];
  const toward = label.endsWith('from') ? sources(states) : targets(states);
  return [
    `${label} ${toward.failing.length} of ${toward.all.length} nodes failing (${pathKind} network): ${answered(states)}`,
  ];
}

function targets(states: readonly PathState[]): { failing: string[]; all: string[] } {
  const node = (state: PathState): string => targetNode(state) ?? '';
  return {
    all: [...new Set(states.map(node))],
    failing: [...new Set(states.filter(({ state }) => state === 'failing').map(node))],
  };
}

function nodeNetworkLine(node: string, states: readonly PathState[]): string[] {
  const underlay = states.filter(
    (state) => state.path.kind === 'node' && (state.path.from.node === node || targetNode(state) === node),
  );
  return underlay.length === 0 ? [] : [`${node} with other nodes (node network): ${answered(underlay)}`];
}

function dnsLine(node: string, states: readonly PathState[]): string[] {
  const dns = states.filter(({ path }) => path.kind === 'dns' && path.from.node === node);
  return dns.some(({ state }) => state === 'failing') ? [`DNS from ${node}: ${answered(dns)}`] : [];
}
