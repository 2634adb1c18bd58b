import type { Situation } from '../facts/cluster-facts.ts';
import { cniAgents } from '../facts/cni-flavour.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { isActive } from '../facts/pod-lookups.ts';
import type { NodeRecord, PodRecord } from '../facts/records.ts';
import { type IpRange, parseIp, parseRange, rangeHolds } from '../netpol/ip-range.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';
import { SIGNATURES } from './signatures.ts';

const ID = 'ipam-exhausted';
const FULL = 0.95;

/** How the addresses of one node stand. */
interface NodeRange {
  node: NodeRecord;
  cidr: string;
  /** Addresses that pods can get: the range without network, gateway and broadcast. */
  size: number;
  /** Running or starting pods of that node that hold an address of the range. */
  used: number;
  /** Scheduled there and waiting for an address. */
  waiting: PodRecord[];
}

function sizeOf(cidr: string): number | null {
  const range = parseRange(cidr);
  if (range === null) return null;
  const bits = (range.family === 4 ? 32 : 128) - range.prefix;
  return bits > 24 ? 2 ** 24 : Math.max(0, 2 ** bits - 3);
}

function holds(range: IpRange | null, pod: PodRecord): boolean {
  return (
    range !== null &&
    pod.ips.some((text) => {
      const ip = parseIp(text);
      return ip !== null && rangeHolds(range, ip);
    })
  );
}

function isWaiting(pod: PodRecord): boolean {
  return (
    isActive(pod) && !pod.hostNetwork && pod.scheduled && pod.phase === 'Pending' && pod.ips.length === 0
  );
}

function podsByNode({ facts }: Situation): Map<string, PodRecord[]> {
  const byNode = new Map<string, PodRecord[]>();
  for (const pod of facts.pods) {
    if (!isActive(pod) || pod.hostNetwork) continue;
    const list = byNode.get(pod.nodeName);
    if (list === undefined) byNode.set(pod.nodeName, [pod]);
    else list.push(pod);
  }
  return byNode;
}

function rangesOf(situation: Situation): NodeRange[] {
  const byNode = podsByNode(situation);
  return situation.facts.nodes.map((node) => {
    const [cidr = ''] = node.podCIDRs;
    const range = parseRange(cidr);
    const pods = byNode.get(node.meta.name) ?? [];
    return {
      node,
      cidr,
      size: sizeOf(cidr) ?? 0,
      used: pods.filter((pod) => holds(range, pod)).length,
      waiting: pods.filter(isWaiting),
    };
  });
}

const OWN_SIGNATURES = SIGNATURES.filter(({ cause }) => cause === ID);

/** Pods (`namespace/name`) whose own events say that there was no address. */
function refusedNames({ facts }: Situation): Set<string> {
  const own = facts.events.filter(
    ({ object, reason, message }) =>
      object.kind === 'Pod' &&
      OWN_SIGNATURES.some(({ pattern }) => pattern.test(`${reason} ${message}`.slice(0, 2000))),
  );
  return new Set(own.map(({ object }) => `${object.namespace}/${object.name}`));
}

interface Exhausted {
  range: NodeRange;
  refused: PodRecord[];
  full: boolean;
}

function exhausted(situation: Situation): Exhausted[] {
  const names = refusedNames(situation);
  return rangesOf(situation)
    .map((range) => ({
      range,
      refused: range.waiting.filter(({ meta }) => names.has(`${meta.namespace}/${meta.name}`)),
      full: range.size > 0 && range.used / range.size >= FULL,
    }))
    .filter(({ refused, full, range }) => refused.length > 0 || (full && range.waiting.length > 0))
    .toSorted((a, b) => b.refused.length - a.refused.length);
}

function usage({ range }: Exhausted): string {
  if (range.size === 0) return 'its range is not known to the API';
  return `${range.used} of ${range.size} addresses of ${range.cidr} belong to pods`;
}

function proOf(situation: Situation, found: readonly Exhausted[]): Weighed[] {
  const told = matchSignatures(situation).get(ID) ?? [];
  const objects = found.slice(0, 3).flatMap(({ range, refused, full }, i): Weighed[] => {
    const ref = refOf('Node', range.node.meta);
    const name = range.node.meta.name;
    const waits = {
      weight: i === 0 ? 0.4 : 0.1,
      evidence: evidence(
        'object',
        `${name}: ${Math.max(refused.length, range.waiting.length)} pods wait for an address`,
        { ref },
      ),
    };
    if (range.size === 0) return [waits];
    const text = full
      ? `${name}: ${range.used} of ${range.size} addresses of ${range.cidr} in use`
      : `${name}: only ${range.used} of ${range.size} addresses of ${range.cidr} belong to pods: the rest is reserved for pods that no longer exist`;
    return [
      waits,
      { weight: i === 0 ? (full ? 0.6 : 0.3) : 0.1, evidence: evidence('object', text, { ref }) },
    ];
  });
  return [...told, ...objects];
}

function summaryOf(found: readonly Exhausted[], told: readonly Weighed[]): string {
  const [first] = found;
  if (first === undefined) return `No free pod addresses: ${told[0]?.evidence.text ?? ''}`;
  const nodes = found.map(({ range }) => range.node.meta.name);
  const waiting = found.reduce((sum, { range }) => sum + range.waiting.length, 0);
  return `No free pod addresses on ${nameNodes(nodes)}: ${waiting} ${waiting === 1 ? 'pod waits' : 'pods wait'} for one; ${usage(first)}.`;
}

function judge(situation: Situation): Judgement {
  const title = 'Free pod addresses';
  const told = matchSignatures(situation).get(ID) ?? [];
  const found = exhausted(situation);
  const summary = summaryOf(found, told);
  const cause = weighedCause({
    id: ID,
    component:
      found[0] === undefined
        ? 'Pod addresses'
        : `Pod addresses of ${nameNodes(found.map(({ range }) => range.node.meta.name))}`,
    summary,
    pro: proOf(situation, found),
    contra: [],
  });
  if (cause !== null) return { cause, checks: [check(ID, title, 'found', summary)], unknown: [] };
  const fullest = rangesOf(situation)
    .filter(({ size }) => size > 0)
    .toSorted((a, b) => b.used / b.size - a.used / a.size)[0];
  const detail =
    fullest === undefined
      ? 'no node has a pod range in the API'
      : `fullest: ${fullest.node.meta.name}, ${fullest.used} of ${fullest.size} used`;
  return {
    cause: null,
    checks: [check(ID, title, fullest === undefined ? 'unknown' : 'clear', detail)],
    unknown: [],
  };
}

function leakOptions(node: string): string[] {
  return [
    `Reservations without a pod: on ${node}, compare /var/lib/cni/networks/* with the running pods and delete the files of pods that are gone. Wrong file: two pods with one address.`,
    `Drain ${node} and restart it with the CNI state cleared: its pods move; nothing else is touched.`,
  ];
}

function growOptions(node: string): string[] {
  return [
    `Cordon ${node}, or lower its maxPods to the size of its range: new pods go elsewhere at once; capacity of the cluster shrinks.`,
    'Give nodes larger ranges (node-cidr-mask-size): only new nodes get them, so nodes have to be replaced one by one.',
  ];
}

const POOLS: Readonly<Record<string, string>> = {
  calico:
    'Add an IPPool that overlaps with no other network; routers and firewalls outside have to know it. Leaked blocks: calicoctl ipam check.',
  cilium:
    'Add a CIDR to the pool (cluster-pool or CiliumPodIPPool); it may not overlap with other networks. Existing ranges never shrink.',
  'aws-node':
    'Give the node’s subnet more addresses, or use prefix delegation or a secondary CIDR; subnets cannot be enlarged in place.',
  'azure-cni': 'Use a larger subnet, or overlay mode; node pools have to be recreated.',
};

function remedy(situation: Situation): Remedy | null {
  const found = exhausted(situation);
  const [first] = found;
  const [flavour] = cniAgents(situation.facts);
  const pool = flavour === undefined ? undefined : POOLS[flavour.flavour];
  const node = first?.range.node.meta.name ?? 'the node';
  const told = matchSignatures(situation).get(ID) ?? [];
  const leaked = first !== undefined && !first.full && first.range.size > 0;
  const options = [
    ...(leaked ? leakOptions(node) : []),
    ...(pool === undefined ? [] : [pool]),
    ...growOptions(node),
  ];
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(
        first === undefined
          ? 'No free pod addresses'
          : `No free pod addresses on ${nameNodes(found.map(({ range }) => range.node.meta.name))}`,
        200,
      ),
      why: clip(
        `${summaryOf(found, told)} Pods that have an address are not affected. No change inside the cluster's API makes more addresses.`,
        800,
      ),
      options: options.map((option) => clip(option, 400)),
    },
  };
}

/** C2: no free address in the node's range or the pool. Always for the cluster's owners. */
export const ipamExhausted: Runbook = {
  id: ID,
  needs: ['nodes', 'pods', 'events', 'logs'],
  wantsLogs: () => [],
  judge,
  remedy,
};
