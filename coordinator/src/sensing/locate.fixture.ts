import { choosePeers } from './peers.ts';
import type { LocatePath } from './path-classes.ts';

/** Small linear congruential generator: tests need the same losses each time. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface SimulatedNetwork {
  paths: { id: string; source: string; components: string[] }[];
  /** Components that cross at least three paths: the faults that are injected. */
  faultable: string[];
}

/** Host and pod paths between `count` nodes, `fanOut` peers each; full mesh up to 16 nodes. */
export function simulatedNetwork(count: number, fanOut = 8): SimulatedNetwork {
  const nodes = Array.from({ length: count }, (_, i) => `n${String(i + 1).padStart(4, '0')}`);
  const peers = choosePeers(nodes, { fullMeshNodes: 16, fanOut });
  const paths = nodes.flatMap((from) =>
    (peers.get(from) ?? []).flatMap((to) => {
      const node = [`node-out:${from}`, `underlay:${from}>${to}`, `node-in:${to}`];
      const pod = [...node, `cni-egress:${from}`, `overlay:${from}>${to}`, `cni-ingress:${to}`];
      return [
        { id: `node|${from}|${to}`, source: from, components: node },
        { id: `pod-tcp|${from}|${to}`, source: from, components: pod },
        { id: `pod-udp|${from}|${to}`, source: from, components: pod },
      ];
    }),
  );
  const faultable = nodes.flatMap((n) => [
    `node-in:${n}`,
    `node-out:${n}`,
    `cni-ingress:${n}`,
    `cni-egress:${n}`,
  ]);
  return { paths, faultable };
}

/** Probes every path `sent` times; faults lose their share, everything loses the background. */
export function probe(
  network: SimulatedNetwork,
  faults: ReadonlyMap<string, number>,
  options: { sent: number; background: number; random: () => number },
): LocatePath[] {
  return network.paths.map((path) => {
    let survive = 1 - options.background;
    for (const component of path.components) survive *= 1 - (faults.get(component) ?? 0);
    let lost = 0;
    for (let i = 0; i < options.sent; i++) if (options.random() >= survive) lost++;
    return { ...path, sent: options.sent, lost };
  });
}
