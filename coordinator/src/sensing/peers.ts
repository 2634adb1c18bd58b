import { createHash } from 'node:crypto';

/**
 * Which nodes each node probes. Up to `fullMeshNodes` everybody probes everybody; above, each node probes its successor
 * on `fanOut` rings, each ring being the nodes in an order of its own (by a salted hash). So every node probes about
 * `fanOut` others and is probed by about as many, neighbourhoods differ from node to node (single faults stay
 * distinguishable), and a node that joins or leaves changes the choice of about `fanOut` others only.
 */
export function choosePeers(
  nodes: readonly string[],
  options: { fullMeshNodes: number; fanOut: number },
): Map<string, string[]> {
  if (nodes.length <= options.fullMeshNodes) {
    return new Map(nodes.map((node) => [node, nodes.filter((other) => other !== node)]));
  }
  const peers = new Map<string, Set<string>>(nodes.map((node) => [node, new Set()]));
  for (let ring = 0; ring < options.fanOut; ring++) {
    const order = ringOrder(nodes, ring);
    order.forEach((node, at) => {
      const chosen = peers.get(node) ?? new Set();
      const next = [...order.slice(at + 1), ...order.slice(0, at)].find((other) => !chosen.has(other));
      if (next !== undefined) chosen.add(next);
    });
  }
  return new Map([...peers].map(([node, chosen]) => [node, [...chosen].toSorted()]));
}

function ringOrder(nodes: readonly string[], ring: number): string[] {
  return nodes
    .map((node) => ({ node, place: createHash('sha256').update(`${ring}/${node}`).digest('hex') }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1))
    .map((entry) => entry.node);
}
