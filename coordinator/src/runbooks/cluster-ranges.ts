import { z } from 'zod';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { refOf } from '../facts/object-ref-of.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import { type IpRange, parseRange, rangeHolds } from '../netpol/ip-range.ts';

const NetConf = z.object({ Network: z.string() });

/** The range that flannel was told all pods are in. */
export interface FlannelNetwork {
  text: string;
  range: IpRange;
  ref: ObjectRef;
}

/** From flannel's own ConfigMap (`net-conf.json`); null where there is none or it cannot be read. */
export function flannelNetwork(facts: ClusterFacts): FlannelNetwork | null {
  for (const { meta, data } of facts.configMaps) {
    const text = data['net-conf.json'];
    const network = text === undefined ? null : networkIn(text);
    const range = network === null ? null : parseRange(network);
    if (network !== null && range !== null) return { text: network, range, ref: refOf('ConfigMap', meta) };
  }
  return null;
}

function networkIn(json: string): string | null {
  try {
    const parsed = NetConf.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data.Network : null;
  } catch {
    return null;
  }
}

/** IPv4 node ranges of one size, the lowest first. */
function nodeRanges(facts: ClusterFacts): IpRange[] {
  return facts.nodes
    .flatMap(({ podCIDRs }) => podCIDRs.flatMap((text) => parseRange(text) ?? []))
    .filter(({ family }) => family === 4)
    .toSorted((a, b) => (a.first < b.first ? -1 : 1));
}

/** A range as large as the nodes' that none of them has, the lowest in the cluster's; null where that is not known. */
export function freeRange(facts: ClusterFacts): string | null {
  const ranges = nodeRanges(facts);
  const network = flannelNetwork(facts)?.range ?? null;
  const [first] = ranges;
  if (first === undefined || network === null || network.family !== 4) return null;
  const size = 1n << BigInt(32 - first.prefix);
  for (let at = network.first; rangeHolds(network, { family: 4, value: at }); at += size) {
    const candidate: IpRange = { family: 4, prefix: first.prefix, first: at };
    if (!ranges.some((range) => overlap(range, candidate))) return formatV4(candidate);
    if (at - network.first > size * 4096n) return null;
  }
  return null;
}

function overlap(a: IpRange, b: IpRange): boolean {
  return (
    rangeHolds(a, { family: b.family, value: b.first }) || rangeHolds(b, { family: a.family, value: a.first })
  );
}

function formatV4({ first, prefix }: IpRange): string {
  const parts = [24n, 16n, 8n, 0n].map((shift) => String((first >> shift) & 255n));
  return `${parts.join('.')}/${prefix}`;
}

/** Nodes whose range lies outside of what flannel was told: its agent refuses to run there. */
export function outsideOfNetwork(facts: ClusterFacts): { network: FlannelNetwork; nodes: string[] } | null {
  const network = flannelNetwork(facts);
  if (network === null) return null;
  const nodes = facts.nodes.filter(({ podCIDRs }) => {
    const own = podCIDRs
      .flatMap((text) => parseRange(text) ?? [])
      .filter(({ family }) => family === network.range.family);
    return (
      own.length > 0 && own.every(({ family, first }) => !rangeHolds(network.range, { family, value: first }))
    );
  });
  return nodes.length === 0 ? null : { network, nodes: nodes.map(({ meta }) => meta.name) };
}
