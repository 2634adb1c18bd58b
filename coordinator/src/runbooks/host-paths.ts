import type { Situation } from '../facts/cluster-facts.ts';
import type { HostFacts } from '../facts/host-facts.ts';
import { podRoutes } from '../facts/pod-routes.ts';

/** What is wrong with one node's way to other nodes' pods, by its own kernel. */
export interface BrokenWay {
  node: string;
  /** In words that stand alone. */
  text: string;
  /** Peers it does not lead to; empty: all. */
  peers: string[];
}

/** Names that CNIs give the interface all encapsulated traffic goes through. */
const TUNNEL =
  /^(flannel(\.|-v6\.)\d+|vxlan\.calico|vxlan-v6\.calico|tunl0|cilium_(vxlan|geneve)|antrea-gw0|weave|genev_sys_\d+|vxlan_sys_\d+)$/;

/** Routes that are missing, refuse, or lead elsewhere than those to all other nodes. */
function brokenRoutes({ facts }: Situation, host: HostFacts): BrokenWay[] {
  const routes = podRoutes(facts, host);
  if (routes === null || routes.every(({ route }) => route === null)) return [];
  const usual = mostCommon(routes.flatMap(({ route }) => route?.interface ?? []));
  return routes.flatMap(({ peer, podCIDR, route }): BrokenWay[] => {
    const to = `${podCIDR} (pods of ${peer})`;
    if (route === null)
      return [{ node: host.node, peers: [peer], text: `${host.node} has no route to ${to}` }];
    if (route.interface === null) {
      return [
        { node: host.node, peers: [peer], text: `the route of ${host.node} to ${to} refuses or drops` },
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
            peers: [peer],
            text: `${host.node} sends to ${to} through ${route.interface}, to all others through ${usual.value}`,
          },
        ]
      : [];
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
        peers: [],
        text: `${host.node} has no interface ${tunnels.value}, which all other nodes have`,
      },
    ];
  return own.up
    ? []
    : [{ node: host.node, peers: [], text: `the interface ${tunnels.value} of ${host.node} is down` }];
}

/** Everything wrong with the ways of these nodes to others' pods, and of others to theirs. */
export function brokenWays(situation: Situation, nodes: readonly string[]): BrokenWay[] {
  return situation.facts.hosts.flatMap((host) =>
    [...brokenTunnel(situation, host), ...brokenRoutes(situation, host)].filter(
      ({ node, peers }) => nodes.includes(node) || peers.some((peer) => nodes.includes(peer)),
    ),
  );
}
