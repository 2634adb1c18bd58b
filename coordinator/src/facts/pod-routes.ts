import type { HostRoute } from '@pathmedic/shared/contract/host-reading.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import type { HostFacts } from './host-facts.ts';

/** How one node sends to the pods of another. */
export interface PodRoute {
  peer: string;
  podCIDR: string;
  /** The most specific route that holds all of the peer's range, the default route left out; null: there is none. */
  route: HostRoute | null;
}

interface Range {
  address: number;
  prefix: number;
}

function rangeOf(cidr: string): Range | null {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) return null;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  return { address: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, prefix };
}

function holds(outer: Range, inner: Range): boolean {
  if (outer.prefix > inner.prefix) return false;
  const mask = outer.prefix === 0 ? 0 : (0xffff_ffff << (32 - outer.prefix)) >>> 0;
  return (outer.address & mask) >>> 0 === (inner.address & mask) >>> 0;
}

/**
 * The routes of a host to every other node's IPv4 pod range, as Node objects name them; null where its routes are not
 * known. A route missing for one peer while others have theirs is a fault. None for any peer says nothing: such data
 * planes (eBPF, policy routing, addresses from pools of their own) do not route by the nodes' ranges.
 */
export function podRoutes(facts: Pick<ClusterFacts, 'nodes'>, host: HostFacts): PodRoute[] | null {
  if (host.routes === null) return null;
  const known = host.routes.flatMap((route) => {
    const range = rangeOf(route.destination);
    return range === null || range.prefix === 0 ? [] : [{ route, range }];
  });
  known.sort((a, b) => b.range.prefix - a.range.prefix);
  return facts.nodes
    .filter(({ meta }) => meta.name !== host.node)
    .flatMap(({ meta, podCIDRs }) =>
      podCIDRs.flatMap((podCIDR): PodRoute[] => {
        const wanted = rangeOf(podCIDR);
        if (wanted === null) return [];
        const found = known.find(({ range }) => holds(range, wanted));
        return [{ peer: meta.name, podCIDR, route: found?.route ?? null }];
      }),
    );
}
