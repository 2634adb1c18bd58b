import type { Situation } from '../facts/cluster-facts.ts';
import type { HostFacts } from '../facts/host-facts.ts';
import { type PodRoute, podRoutes } from '../facts/pod-routes.ts';
import { parseRange, rangeHolds } from '../netpol/ip-range.ts';

/** What is wrong with one node's way to other nodes' pods, by its own kernel. */
export interface BrokenWay {
  node: string;
  /** `lost`: what the CNI agent writes when it starts is gone · `stray`: something else is in the way. */
  kind: 'lost' | 'stray';
  /** In words that stand alone. */
  text: string;
  /** Peers it does not lead to; empty: all. */
  peers: string[];
}

/** Bridges of CNIs that give each node a range. */
const BRIDGE = /^(cni|cbr|kube-bridge|weave|mynet)\d{0,3}$/;
/** Names that CNIs give the interface all encapsulated traffic goes through. */
const TUNNEL =
  /^(flannel(\.|-v6\.)\d+|vxlan\.calico|vxlan-v6\.calico|tunl0|cilium_(vxlan|geneve)|antrea-gw0|weave|genev_sys_\d+|vxlan_sys_\d+)$/;

/** A more specific route within the peer's range that leads elsewhere than the range itself: it takes its part of it. */
function strayInside(host: HostFacts, { peer, podCIDR, route }: PodRoute): BrokenWay[] {
  const range = parseRange(podCIDR);
  if (route === null || range === null) return [];
  const inside = (host.routes ?? []).find((one) => {
    const own = parseRange(one.destination);
    const within =
      own !== null &&
      own.prefix > range.prefix &&
      rangeHolds(range, { family: own.family, value: own.first });
    return within && one.interface !== route.interface;
  });
  if (inside === undefined) return [];
  const where =
    inside.interface === null ? 'refuses or drops what is sent there' : `leads to ${inside.interface}`;
  const text = `a route of ${host.node} to ${inside.destination}, within ${podCIDR} (pods of ${peer}), ${where}`;
  return [{ node: host.node, kind: 'stray', peers: [peer], text }];
}

/** The node's bridge has the address of another range than the node's own: what an earlier network left. */
export function foreignBridges({
  facts,
}: Situation): { node: string; bridge: string; has: string; wants: string }[] {
  return facts.hosts.flatMap(({ node, routes }) => {
    const [wants] = facts.nodes.find(({ meta }) => meta.name === node)?.podCIDRs ?? [];
    const range = wants === undefined ? null : parseRange(wants);
    if (wants === undefined || range === null || routes === null) return [];
    const linked = routes.filter(
      ({ gateway, interface: name }) => gateway === null && name !== null && BRIDGE.test(name),
    );
    const owns = linked.some(({ destination }) => {
      const own = parseRange(destination);
      return own !== null && rangeHolds(range, { family: own.family, value: own.first });
    });
    const [foreign] = linked;
    return owns || foreign?.interface == null
      ? []
      : [{ node, bridge: foreign.interface, has: foreign.destination, wants }];
  });
}

/** Routes that are missing, refuse, or lead elsewhere than those to all other nodes. */
function brokenRoutes({ facts }: Situation, host: HostFacts): BrokenWay[] {
  const routes = podRoutes(facts, host);
  if (routes === null || routes.every(({ route }) => route === null)) return [];
  const usual = mostCommon(routes.flatMap(({ route }) => route?.interface ?? []));
  return routes.flatMap((one): BrokenWay[] => {
    const { peer, podCIDR, route } = one;
    const to = `${podCIDR} (pods of ${peer})`;
    if (route === null)
      return [{ node: host.node, kind: 'lost', peers: [peer], text: `${host.node} has no route to ${to}` }];
    if (route.interface === null) {
      return [
        {
          node: host.node,
          kind: 'stray',
          peers: [peer],
          text: `the route of ${host.node} to ${to} refuses or drops`,
        },
      ];
    }
    // Nodes of one subnet may be routed directly: only one stray among several others is odd.
    const odd =
      usual !== null &&
      routes.length >= 3 &&
      usual.count === routes.length - 1 &&
      route.interface !== usual.value;
    return odd
      ? [
          {
            node: host.node,
            kind: 'stray',
            peers: [peer],
            text: `${host.node} sends to ${to} through ${route.interface}, to all others through ${usual.value}`,
          },
        ]
      : strayInside(host, one);
  });
}

function mostCommon(values: readonly string[]): { value: string; count: number } | null {
  const counted = [...Map.groupBy(values, (value) => value)].map(([value, same]) => ({
    value,
    count: same.length,
  }));
  return counted.toSorted((a, b) => b.count - a.count)[0] ?? null;
}

/** The tunnel interface that every other node has is missing here, or down. */
function brokenTunnel({ facts }: Situation, host: HostFacts): BrokenWay[] {
  const others = facts.hosts.filter(({ node }) => node !== host.node);
  const tunnels = mostCommon(
    others.flatMap(({ interfaces }) => interfaces.flatMap(({ name }) => (TUNNEL.test(name) ? [name] : []))),
  );
  if (tunnels === null || tunnels.count < others.length) return [];
  const own = host.interfaces.find(({ name }) => name === tunnels.value);
  if (own === undefined)
    return [
      {
        node: host.node,
        kind: 'lost',
        peers: [],
        text: `${host.node} has no interface ${tunnels.value}, which all other nodes have`,
      },
    ];
  return own.up
    ? []
    : [
        {
          node: host.node,
          kind: 'lost',
          peers: [],
          text: `the interface ${tunnels.value} of ${host.node} is down`,
        },
      ];
}

/** Everything wrong with the ways of these nodes to others' pods, and of others to theirs. */
export function brokenWays(situation: Situation, nodes: readonly string[]): BrokenWay[] {
  return situation.facts.hosts.flatMap((host) =>
    [...brokenTunnel(situation, host), ...brokenRoutes(situation, host)].filter(
      ({ node, peers }) => nodes.includes(node) || peers.some((peer) => nodes.includes(peer)),
    ),
  );
}
