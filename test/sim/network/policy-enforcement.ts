import { cidrContains, parseCidr } from '../apiserver/ipv4.ts';
import type { LabelSelector } from '../apiserver/label-selector.ts';
import { selects } from '../apiserver/label-selector.ts';
import type { NetworkPolicy, PolicyPeer, PolicyPort } from '../apiserver/stored-kinds.ts';
import type { Pod } from '../apiserver/stored-pods.ts';

/**
 * What a CNI that enforces NetworkPolicy does with a packet; written for the simulation from the API's documentation and
 * independent of the product's evaluator.
 */

/** An end of a flow: a pod on the pod network, or just an address (nodes, host-network pods, the outside). */
export type FlowEnd = { type: 'pod'; pod: Pod; address: string } | { type: 'address'; address: string };

export interface Flow {
  from: FlowEnd;
  to: FlowEnd;
  protocol: 'TCP' | 'UDP';
  port: number;
}

export interface PolicyWorld {
  policies: readonly NetworkPolicy[];
  namespaceLabels(namespace: string): { [key: string]: string };
}

function namespaceMatches(
  selector: LabelSelector | undefined,
  namespace: string,
  policy: NetworkPolicy,
  world: PolicyWorld,
): boolean {
  if (selector === undefined) return namespace === policy.metadata.namespace;
  return selects(selector, world.namespaceLabels(namespace));
}

function peerMatches(peer: PolicyPeer, end: FlowEnd, policy: NetworkPolicy, world: PolicyWorld): boolean {
  if (peer.ipBlock !== undefined) {
    const block = parseCidr(peer.ipBlock.cidr);
    if (block === undefined || !cidrContains(block, end.address)) return false;
    return !(peer.ipBlock.except ?? []).some((text) => {
      const except = parseCidr(text);
      return except !== undefined && cidrContains(except, end.address);
    });
  }
  if (end.type !== 'pod') return false;
  if (!namespaceMatches(peer.namespaceSelector, end.pod.metadata.namespace ?? '', policy, world))
    return false;
  return peer.podSelector === undefined || selects(peer.podSelector, end.pod.metadata.labels);
}

function portMatches(port: PolicyPort, flow: Flow): boolean {
  if ((port.protocol ?? 'TCP') !== flow.protocol) return false;
  if (port.port === undefined) return true;
  if (typeof port.port === 'number')
    return flow.port >= port.port && flow.port <= (port.endPort ?? port.port);
  if (flow.to.type !== 'pod') return false;
  const named = flow.to.pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .filter((item) => item.name === port.port && (item.protocol ?? 'TCP') === flow.protocol);
  return named.some((item) => item.containerPort === flow.port);
}

interface Rule {
  peers: readonly PolicyPeer[] | undefined;
  ports: readonly PolicyPort[] | undefined;
}

function ruleAllows(
  rule: Rule,
  other: FlowEnd,
  flow: Flow,
  policy: NetworkPolicy,
  world: PolicyWorld,
): boolean {
  const peers = rule.peers ?? [];
  const ports = rule.ports ?? [];
  const peerFits = peers.length === 0 || peers.some((peer) => peerMatches(peer, other, policy, world));
  return peerFits && (ports.length === 0 || ports.some((port) => portMatches(port, flow)));
}

function directionAllows(direction: 'Ingress' | 'Egress', flow: Flow, world: PolicyWorld): boolean {
  const [subject, other] = direction === 'Ingress' ? [flow.to, flow.from] : [flow.from, flow.to];
  if (subject.type !== 'pod') return true;
  const { metadata } = subject.pod;
  const isolating = world.policies.filter(
    (policy) =>
      policy.metadata.namespace === metadata.namespace &&
      policy.spec.policyTypes.includes(direction) &&
      selects(policy.spec.podSelector, metadata.labels),
  );
  if (isolating.length === 0) return true;
  return isolating.some((policy) => {
    const rules: Rule[] =
      direction === 'Ingress'
        ? (policy.spec.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports }))
        : (policy.spec.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }));
    return rules.some((rule) => ruleAllows(rule, other, flow, policy, world));
  });
}

/** Whether policies let a new connection through; a packet to oneself always passes. */
export function policiesAllow(flow: Flow, world: PolicyWorld): boolean {
  if (flow.from.address === flow.to.address) return true;
  return directionAllows('Egress', flow, world) && directionAllows('Ingress', flow, world);
}
