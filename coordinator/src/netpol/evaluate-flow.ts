import { selects } from '../facts/label-selector.ts';
import { type IpAddress, rangeHolds } from './ip-range.ts';
import type { Direction, Peer, PolicySpec, PortRule, Rule } from './policy-spec.ts';
import type { Flow, FlowEnd, Policy, PolicyPod, PolicyWorld } from './policy-world.ts';

/** Policies that isolate one end of the flow and none of which allows it. */
export interface Denial {
  direction: Direction;
  policies: Policy[];
}

export type Verdict =
  | { verdict: 'allowed' }
  | { verdict: 'denied'; denials: Denial[] }
  | { verdict: 'unknown'; why: string };

/** Three-valued: null is "cannot be decided". */
type Maybe = boolean | null;

function any(values: readonly Maybe[]): Maybe {
  if (values.includes(true)) return true;
  return values.includes(null) ? null : false;
}

function all(values: readonly Maybe[]): Maybe {
  if (values.includes(false)) return false;
  return values.includes(null) ? null : true;
}

function addressesOf(end: FlowEnd): readonly IpAddress[] {
  switch (end.type) {
    case 'pod':
      return end.pod.ips;
    case 'node':
      return end.ips;
    case 'ip':
      return [end.ip];
  }
}

/** How pods on the host network count as peers: upstream leaves it to the implementation. */
export type HostNetworkPeers = 'as-nodes' | 'undecided';

interface Reading {
  world: PolicyWorld;
  hostNetworkPeers: HostNetworkPeers;
}

function matchesPeer(reading: Reading, policy: Policy, peer: Peer, end: FlowEnd): Maybe {
  if (peer.type === 'ip') {
    return addressesOf(end).some(
      (ip) => rangeHolds(peer.range, ip) && !peer.except.some((range) => rangeHolds(range, ip)),
    );
  }
  if (end.type !== 'pod') return false;
  const inNamespace =
    peer.namespaceSelector === null
      ? end.pod.namespace === policy.namespace
      : selectsNamespace(reading.world, peer.namespaceSelector, end.pod.namespace);
  const matched = all([inNamespace, selects(peer.podSelector, end.pod.labels)]);
  if (!end.pod.hostNetwork || matched === false) return matched;
  return reading.hostNetworkPeers === 'as-nodes' ? false : null;
}

function selectsNamespace(
  world: PolicyWorld,
  selector: Parameters<typeof selects>[0],
  namespace: string,
): Maybe {
  const labels = world.namespaces.get(namespace);
  return labels === undefined ? null : selects(selector, labels);
}

/** A named port is one of the receiving pod's container ports with that name and protocol. */
function matchesPort(rule: PortRule, flow: Flow): boolean {
  if (rule.protocol !== flow.protocol) return false;
  if (rule.port === null) return true;
  if (typeof rule.port === 'string') {
    const { port: name } = rule;
    if (flow.to.type !== 'pod') return false;
    return flow.to.pod.containerPorts.some(
      (port) => port.name === name && port.port === flow.port && port.protocol === flow.protocol,
    );
  }
  return rule.endPort === null
    ? flow.port === rule.port
    : flow.port >= rule.port && flow.port <= rule.endPort;
}

function ruleAllows(reading: Reading, policy: Policy, rule: Rule, flow: Flow, peer: FlowEnd): Maybe {
  if (rule.ports.length > 0 && !rule.ports.some((port) => matchesPort(port, flow))) return false;
  if (rule.peers.length === 0) return true;
  return any(rule.peers.map((candidate) => matchesPeer(reading, policy, candidate, peer)));
}

/** A policy that was understood, with its parsed spec at hand. */
type Understood = Policy & { spec: PolicySpec };

/** Policies that select the pod in that direction; null when one of its namespace could not be understood. */
function isolating(
  world: PolicyWorld,
  pod: PolicyPod,
  direction: Direction,
): { sure: Understood[]; unsure: Policy[] } {
  const sure: Understood[] = [];
  const unsure: Policy[] = [];
  for (const policy of world.policies) {
    if (policy.namespace !== pod.namespace) continue;
    if (policy.spec === null) {
      unsure.push(policy);
      continue;
    }
    if (!policy.spec.policyTypes.includes(direction)) continue;
    const selected = selects(policy.spec.podSelector, pod.labels);
    if (selected === null) unsure.push(policy);
    else if (selected) sure.push({ ...policy, spec: policy.spec });
  }
  return { sure, unsure };
}

type SideVerdict =
  | { side: 'allowed' }
  | { side: 'denied'; denial: Denial }
  | { side: 'unknown'; why: string };

function judgeSide(reading: Reading, flow: Flow, direction: Direction): SideVerdict {
  const [subject, peer] = direction === 'egress' ? [flow.from, flow.to] : [flow.to, flow.from];
  // Policies apply to pods with their own network namespace only.
  if (subject.type !== 'pod' || subject.pod.hostNetwork) return { side: 'allowed' };
  const { sure, unsure } = isolating(reading.world, subject.pod, direction);
  const decided = any(
    sure.flatMap((policy) =>
      policy.spec[direction].map((rule) => ruleAllows(reading, policy, rule, flow, peer)),
    ),
  );
  if (decided === true || (sure.length === 0 && unsure.length === 0)) return { side: 'allowed' };
  const doubtful = unsure[0];
  if (doubtful !== undefined) {
    return { side: 'unknown', why: `policy ${doubtful.namespace}/${doubtful.name} could not be understood` };
  }
  if (decided === null) {
    return {
      side: 'unknown',
      why: 'a rule selects by something that is not known here (namespace labels, host network, operator)',
    };
  }
  return { side: 'denied', denial: { direction, policies: sure } };
}

/** Whether both ends are the same pod, or one is the node under the other: never restricted. */
function alwaysAllowed({ from, to }: Flow): boolean {
  if (from.type === 'pod' && to.type === 'pod') {
    if (from.pod.namespace === to.pod.namespace && from.pod.name === to.pod.name) return true;
    const sameNode = from.pod.nodeName !== '' && from.pod.nodeName === to.pod.nodeName;
    return sameNode && (from.pod.hostNetwork || to.pod.hostNetwork);
  }
  if (from.type === 'node' && to.type === 'pod')
    return to.pod.nodeName !== '' && to.pod.nodeName === from.name;
  if (from.type === 'pod' && to.type === 'node')
    return from.pod.nodeName !== '' && from.pod.nodeName === to.name;
  return false;
}

/**
 * Decides a flow by the semantics of networking.k8s.io/v1 NetworkPolicy: policies of a pod's namespace that select it
 * isolate it per direction; rules are ORed; both ends have to allow; a pod without any is open; replies are always
 * allowed; host-network pods are not subject to policies; a pod reaches itself and its own node.
 * Source: the API's documentation in kubernetes/api, networking/v1/types.go, and the concept page "Network Policies".
 */
export function evaluateFlow(
  world: PolicyWorld,
  flow: Flow,
  hostNetworkPeers: HostNetworkPeers = 'undecided',
): Verdict {
  if (alwaysAllowed(flow)) return { verdict: 'allowed' };
  const reading = { world, hostNetworkPeers };
  const sides = [judgeSide(reading, flow, 'egress'), judgeSide(reading, flow, 'ingress')];
  const denials = sides.flatMap((side) => (side.side === 'denied' ? [side.denial] : []));
  if (denials.length > 0) return { verdict: 'denied', denials };
  const unknown = sides.find((side) => side.side === 'unknown');
  return unknown === undefined ? { verdict: 'allowed' } : { verdict: 'unknown', why: unknown.why };
}
