import type { Situation } from '../facts/cluster-facts.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { isActive } from '../facts/pod-lookups.ts';
import type { NodeRecord } from '../facts/records.ts';
import { parseRange, rangeHolds } from '../netpol/ip-range.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsNodes } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'ipam-conflict-or-overlap';
const TITLE = 'Overlapping pod ranges and addresses';

/** Two nodes that give addresses out of one another's range. */
interface Overlap {
  nodes: [NodeRecord, NodeRecord];
  ranges: [string, string];
}

interface SharedAddress {
  ip: string;
  pods: string[];
  nodes: string[];
}

/** In order of the first address a range can only overlap with the next ones: linear but for real overlaps. */
function overlapsOf({ facts }: Situation): Overlap[] {
  const ranges = facts.nodes
    .filter(({ meta }) => meta.deletingSinceMs === null)
    .flatMap((node) =>
      node.podCIDRs.flatMap((text) => {
        const range = parseRange(text);
        return range === null ? [] : [{ node, text, range }];
      }),
    )
    .toSorted(
      (a, b) =>
        a.range.family - b.range.family ||
        (a.range.first < b.range.first
          ? -1
          : a.range.first > b.range.first
            ? 1
            : a.range.prefix - b.range.prefix),
    );
  const found: Overlap[] = [];
  for (const [at, { node, text, range }] of ranges.entries()) {
    for (const next of ranges.slice(at + 1, at + 20)) {
      if (!rangeHolds(range, { family: next.range.family, value: next.range.first })) break;
      if (next.node !== node) found.push({ nodes: [node, next.node], ranges: [text, next.text] });
    }
  }
  return found;
}

function sharedAddresses({ facts }: Situation): SharedAddress[] {
  const holders = new Map<string, { pod: string; node: string }[]>();
  for (const pod of facts.pods) {
    if (pod.hostNetwork || !isActive(pod) || pod.phase !== 'Running') continue;
    const entry = { pod: `${pod.meta.namespace}/${pod.meta.name}`, node: pod.nodeName };
    for (const ip of new Set(pod.ips)) holders.set(ip, [...(holders.get(ip) ?? []), entry]);
  }
  return [...holders]
    .filter(([, two]) => two.length > 1)
    .map(([ip, two]) => ({ ip, pods: two.map(({ pod }) => pod), nodes: two.map(({ node }) => node) }));
}

function overlapWords({ nodes: [a, b], ranges: [first, second] }: Overlap): string {
  return first === second
    ? `${a.meta.name} and ${b.meta.name} have the same pod range ${first}`
    : `the pod range ${first} of ${a.meta.name} overlaps with ${second} of ${b.meta.name}`;
}

interface Finding {
  overlaps: Overlap[];
  shared: SharedAddress[];
  nodes: string[];
}

function findingOf(situation: Situation): Finding {
  const overlaps = overlapsOf(situation);
  const shared = sharedAddresses(situation);
  const nodes = [
    ...overlaps.flatMap((one) => one.nodes.map(({ meta }) => meta.name)),
    ...shared.flatMap((one) => one.nodes),
  ];
  return { overlaps, shared, nodes: [...new Set(nodes)].toSorted() };
}

function summaryOf({ overlaps, shared }: Finding): string {
  const [overlap] = overlaps;
  const [address] = shared;
  const twice =
    address === undefined
      ? ''
      : `${shared.length === 1 ? 'address' : `${shared.length} addresses, among them`} ${address.ip}`;
  if (overlap === undefined)
    return `Two running pods each hold ${twice} (${address?.pods.join(', ') ?? ''}).`;
  const consequence = address === undefined ? '' : ` Used twice already: ${twice}.`;
  return `Two nodes give out the same addresses: ${overlapWords(overlap)}.${consequence}`;
}

function judge(situation: Situation): Judgement {
  const told = matchSignatures(situation).get(ID) ?? [];
  const unread = situation.facts.unknown.find(({ what }) => what === 'nodes' || what === 'pods');
  const finding = findingOf(situation);
  const pro: Weighed[] = [
    ...finding.overlaps.slice(0, 3).map((overlap, at) => ({
      weight: at === 0 ? 0.85 : 0.1,
      evidence: evidence('object', overlapWords(overlap), { ref: refOf('Node', overlap.nodes[0].meta) }),
    })),
    ...finding.shared.slice(0, 3).map(({ ip, pods }, at) => ({
      weight: at === 0 ? 0.6 : 0.1,
      evidence: evidence('object', `${ip} is held by ${pods.join(' and ')}`),
    })),
    ...told,
  ];
  const found = finding.nodes.length > 0;
  const elsewhere = found && !concernsNodes(situation, finding.nodes);
  const contra = elsewhere
    ? [{ weight: 0.7, evidence: evidence('object', `the trouble is not on ${nameNodes(finding.nodes)}`) }]
    : [];
  const summary = found
    ? summaryOf(finding)
    : `Addresses or ranges are given out twice: ${told[0]?.evidence.text ?? ''}`;
  const cause = weighedCause({ id: ID, component: 'Pod addresses', summary, pro, contra });
  if (found) return { cause, checks: [check(ID, TITLE, 'found', summary)], unknown: [] };
  const detail =
    unread === undefined
      ? 'no two nodes share a pod range, and no two pods an address'
      : `${unread.what}: ${unread.why}`;
  const result = unread === undefined ? 'clear' : 'unknown';
  return { cause, checks: [check(ID, TITLE, told.length > 0 ? 'found' : result, detail)], unknown: [] };
}

function remedy(situation: Situation): Remedy | null {
  const finding = findingOf(situation);
  if (finding.nodes.length === 0) return null;
  const [overlap] = finding.overlaps;
  const younger = overlap?.nodes.toSorted((a, b) => b.meta.createdMs - a.meta.createdMs)[0]?.meta.name;
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`The same pod addresses are given out on ${nameNodes(finding.nodes)}`, 200),
      why: clip(
        `${summaryOf(finding)} A pod range cannot be changed on a Node object that exists, so no action of the catalogue mends it.`,
        800,
      ),
      options: [
        ...(younger === undefined
          ? []
          : [
              `Take ${younger} (registered last) out: cordon and drain it, delete its Node object, let it register anew and get a range of its own; remove its CNI state and restart the CNI agent there.`,
            ]),
        'Until then keep new pods off: cordon the nodes concerned. Pods there may be reached at the wrong node.',
        'Find out who gave the range out twice: a Node object restored from a backup or made by hand, two controllers with --allocate-node-cidrs, or a CNI with its own pools beside them.',
        ...(finding.shared.length === 0
          ? []
          : [
              `Pods with the same address now: ${finding.shared[0]?.pods.join(', ') ?? ''}; delete the younger one once the ranges are right.`,
            ]),
      ].map((option) => clip(option, 400)),
    },
  };
}

/** C2: nodes or pods have the same addresses, by the objects themselves. */
export const ipamConflict: Runbook = {
  id: ID,
  needs: ['nodes', 'pods'],
  wantsLogs: () => [],
  judge,
  remedy,
};
