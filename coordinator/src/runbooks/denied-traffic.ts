import type { PathState } from '../domain/network.ts';
import type { Path } from '../domain/path.ts';
import type { ClusterFacts, Situation } from '../facts/cluster-facts.ts';
import { isActive, podsSelectedBy } from '../facts/pod-lookups.ts';
import { probingPod } from '../facts/probing-pod.ts';
import type { NetworkPolicyRecord, PodRecord } from '../facts/records.ts';
import { targetPortOn } from '../facts/shut-ports.ts';
import { type Denial, evaluateFlow } from '../netpol/evaluate-flow.ts';
import type { WantedTraffic } from '../netpol/flow-allowance.ts';
import type { Protocol } from '../netpol/policy-spec.ts';
import { type Flow, policyPodOf, type PolicyWorld } from '../netpol/policy-world.ts';
import { type DeniedSide, policyChange } from './denied-dns.ts';
import { tally, type Tally } from './probe-evidence.ts';

/** Traffic of one namespace to one target that fails and that policies do not allow. */
export interface DeniedTraffic {
  wanted: WantedTraffic;
  /** In words: `Service app/echo`, `pods of pathmedic`. */
  target: string;
  /** The directions in which it is denied, at least one; the policy changed last first. */
  sides: DeniedSide[];
  flow: Flow;
  /** These probes, and what others ask of the same target. */
  inside: Tally;
  outside: Tally;
}

interface Target {
  words: string;
  labels: Record<string, string>;
  pods: PodRecord[];
  portOn: (pod: PodRecord) => number | null;
}

function protocolOf({ protocol }: Path): Protocol {
  return protocol === 'udp' || protocol === 'dns-udp' ? 'UDP' : 'TCP';
}

/** What the path leads to, when it is pods that policies can protect. */
function targetOf(facts: ClusterFacts, path: Path): Target | null {
  const { to } = path;
  if (to.type === 'agent') {
    const pods = facts.pods.filter(({ meta }) => meta.uid === to.podUid);
    const [pod] = pods;
    if (pod === undefined || pod.hostNetwork) return null;
    const { namespace, labels } = pod.meta;
    return {
      words: `pods of ${namespace}`,
      labels: pick(labels),
      pods,
      portOn: () => to.port,
    };
  }
  if (to.type !== 'service') return null;
  const service = facts.services.find(({ meta }) => meta.namespace === to.namespace && meta.name === to.name);
  if (service === undefined) return null;
  return {
    words: `Service ${to.namespace}/${to.name}`,
    labels: service.selector,
    pods: podsSelectedBy(facts, to.namespace, service.selector).filter(isActive),
    portOn: (pod) => targetPortOn(service, pod, to.port, protocolOf(path)),
  };
}

/** Labels that name the application; those of one pod or one revision would not outlive it. */
function pick(labels: Record<string, string>): Record<string, string> {
  const lasting = Object.entries(labels).filter(
    ([key]) =>
      !/(^|-)hash$|controller-revision|pod-template|statefulset\.kubernetes\.io|generation/.test(key),
  );
  return Object.fromEntries(lasting);
}

/** Empty unless every pod behind the target is out of reach by policy. */
function denialsOf(world: PolicyWorld, flows: readonly Flow[]): Denial[] {
  let denials: Denial[] = [];
  for (const flow of flows) {
    const verdict = evaluateFlow(world, flow);
    if (verdict.verdict !== 'denied') return [];
    denials = verdict.denials;
  }
  return denials;
}

function sidesOf(facts: ClusterFacts, denials: readonly Denial[]): DeniedSide[] {
  return denials.map(({ direction, policies }) => ({
    direction,
    policies: facts.networkPolicies
      .filter(({ meta }) =>
        policies.some(({ namespace, name }) => namespace === meta.namespace && name === meta.name),
      )
      .toSorted((a, b) => changeMs(b) - changeMs(a)),
  }));
}

function changeMs(record: NetworkPolicyRecord): number {
  return policyChange(record).atMs;
}

/** Not DNS, which is a cause of its own, and from a pod that policies can concern. */
function concerned({ path }: PathState): boolean {
  return path.kind !== 'dns' && path.kind !== 'api' && path.from.mode !== 'host';
}

function judgeGroup(
  situation: Situation,
  world: PolicyWorld,
  group: readonly PathState[],
): DeniedTraffic | null {
  const { facts, network } = situation;
  const [first] = group;
  const target = first === undefined ? null : targetOf(facts, first.path);
  const source = first === undefined ? null : probingPod(facts, first.path.from);
  if (first === undefined || target === null || source === null || target.pods.length === 0) return null;
  const protocol = protocolOf(first.path);
  const flows = target.pods.flatMap((pod): Flow[] => {
    const port = target.portOn(pod);
    if (port === null) return [];
    return [
      {
        from: { type: 'pod', pod: policyPodOf(source) },
        to: { type: 'pod', pod: policyPodOf(pod) },
        port,
        protocol,
      },
    ];
  });
  const [flow] = flows;
  const denials = denialsOf(world, flows);
  const sides = sidesOf(facts, denials);
  const [pod] = target.pods;
  if (flow === undefined || pod === undefined || sides.some(({ policies }) => policies.length === 0))
    return null;
  if (sides.length === 0) return null;
  const { namespace } = first.path.from;
  const others = (network?.paths ?? []).filter(
    (state) => concerned(state) && state.path.from.namespace !== namespace,
  );
  return {
    wanted: {
      fromNamespace: namespace,
      toNamespace: pod.meta.namespace,
      toLabels: target.labels,
      port: flow.port,
      protocol,
    },
    target: target.words,
    sides,
    flow,
    inside: tally(group),
    outside: tally(others),
  };
}

/** Paths of one namespace to one port of one target: policies treat them alike. */
function groupKey({ from, to, protocol }: Path): string {
  const target =
    to.type === 'service' ? `${to.namespace}/${to.name}` : to.type === 'agent' ? to.mode : to.type;
  return `${from.mode} ${from.namespace} ${target} ${to.port} ${protocol}`;
}

/** Failing probes that are no DNS and that policies deny, by namespace and target; the most failing first. */
export function deniedTraffic(situation: Situation, world: PolicyWorld): DeniedTraffic[] {
  if (world.policies.length === 0) return [];
  const failing = (situation.network?.paths ?? []).filter(
    (state) => concerned(state) && state.state === 'failing',
  );
  const groups = Map.groupBy(failing, (state) => groupKey(state.path));
  return [...groups.values()]
    .flatMap((group) => judgeGroup(situation, world, group) ?? [])
    .toSorted((a, b) => b.inside.failing - a.inside.failing);
}
