import { canonicalJson } from '../domain/canonical-json.ts';
import type { NetworkSnapshot, PathState } from '../domain/network.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { isActive } from '../facts/pod-lookups.ts';
import type { Change } from '../facts/recent-changes.ts';
import type { NetworkPolicyRecord, PodRecord } from '../facts/records.ts';
import { type DnsPort, dnsPorts } from '../netpol/dns-allowance.ts';
import { type Denial, evaluateFlow } from '../netpol/evaluate-flow.ts';
import type { Direction } from '../netpol/policy-spec.ts';
import { policyPodOf, type PolicyWorld, policyWorldOf } from '../netpol/policy-world.ts';
import { clusterNamePaths, tally, type Tally } from './probe-evidence.ts';
import { concernsNamespace } from './symptom-scope.ts';

/** One end of the flow that denies it, with the policies that isolate it, the one changed last first. */
export interface DeniedSide {
  direction: Direction;
  policies: NetworkPolicyRecord[];
}

/** Pods of one namespace that no policy lets ask the cluster DNS. */
export interface DeniedDns {
  namespace: string;
  pods: PodRecord[];
  /** The directions in which it is denied, at least one; both ends have to allow it. */
  sides: DeniedSide[];
  /** Where the DNS pods listen, on UDP. */
  ports: DnsPort[];
  /** DNS probes from agents in that namespace, and from agents outside of it. */
  inside: Tally;
  outside: Tally;
}

export type DeniedResult = { ok: true; denied: DeniedDns[]; policies: number } | { ok: false; why: string };

/** Distinct kinds of pods of a namespace that are remembered. */
const MOST_KINDS = 1000;

/** Pods with the same labels are the same to the policies of their namespace; those of the DNS may also go by address. */
function likeness(pod: PodRecord, byAddress: boolean): string {
  return canonicalJson([pod.meta.labels, byAddress ? pod.ips : []]);
}

function latestWrite(record: NetworkPolicyRecord): number {
  return Math.max(record.meta.createdMs, ...record.meta.writes.map(({ atMs }) => atMs));
}

/** The last write to a policy, its creation included. */
export function policyChange(record: NetworkPolicyRecord): Change {
  const [write] = record.meta.writes.toSorted((a, b) => b.atMs - a.atMs);
  return { manager: write?.manager ?? 'an unknown manager', atMs: latestWrite(record) };
}

/** Empty: the flow is allowed or cannot be decided. Denied only when every CoreDNS pod is out of reach on UDP. */
function denialsOf(
  world: PolicyWorld,
  from: PodRecord,
  servers: readonly PodRecord[],
  ports: readonly DnsPort[],
): Denial[] {
  let denials: Denial[] = [];
  for (const server of servers) {
    for (const { port, protocol } of ports) {
      const verdict = evaluateFlow(world, {
        from: { type: 'pod', pod: policyPodOf(from) },
        to: { type: 'pod', pod: policyPodOf(server) },
        port,
        protocol,
      });
      if (verdict.verdict !== 'denied') return [];
      denials = verdict.denials;
    }
  }
  return denials;
}

function probed(
  network: NetworkSnapshot | null,
  from: (namespace: string, path: PathState) => boolean,
): Tally {
  if (network === null) return tally([]);
  return tally(
    clusterNamePaths(network).filter(
      (path) => path.path.from.mode !== 'host' && from(path.path.from.namespace, path),
    ),
  );
}

/** Agents under the namespace's own policies: canaries; where the namespace has none, any agent pod there. */
function insideOf(network: NetworkSnapshot | null, namespace: string): Tally {
  return probed(network, (from) => from === namespace);
}

function podsByNamespace(pods: readonly PodRecord[]): Map<string, PodRecord[]> {
  const byNamespace = new Map<string, PodRecord[]>();
  for (const pod of pods) {
    if (!isActive(pod) || pod.hostNetwork) continue;
    const list = byNamespace.get(pod.meta.namespace);
    if (list === undefined) byNamespace.set(pod.meta.namespace, [pod]);
    else list.push(pod);
  }
  return byNamespace;
}

/** Which namespaces' pods cannot ask the cluster DNS by policy; worst first. */
export function deniedDns(situation: Situation): DeniedResult {
  const { facts } = situation;
  const world = policyWorldOf(facts);
  if (world === null) return { ok: false, why: 'NetworkPolicies or namespaces could not be read' };
  if (world.policies.length === 0) return { ok: true, denied: [], policies: 0 };
  const dns = clusterDns(facts);
  const servers = dns.pods.filter((pod) => isActive(pod) && pod.ips.length > 0);
  if (servers.length === 0) return { ok: false, why: 'there is no CoreDNS pod to judge the way to' };
  const listening = dnsPorts(dns).filter(({ protocol }) => protocol === 'UDP');
  // The ports behind the Service; 53 itself only where that is one of them.
  const ports = listening.length > 1 ? listening.slice(1) : listening;
  const found = new Map<string, DeniedDns>();
  for (const [namespace, pods] of podsByNamespace(facts.pods)) {
    const near = world.policies.filter(
      (policy) =>
        policy.namespace === namespace || servers.some(({ meta }) => meta.namespace === policy.namespace),
    );
    if (near.length === 0) continue;
    const byAddress = near.some(
      (policy) => policy.namespace !== namespace || servers.some(({ meta }) => meta.namespace === namespace),
    );
    const judged = new Map<string, Denial[]>();
    for (const pod of pods.filter((one) => !servers.includes(one))) {
      const alike = likeness(pod, byAddress);
      const denials = judged.get(alike) ?? denialsOf({ ...world, policies: near }, pod, servers, ports);
      if (judged.size < MOST_KINDS) judged.set(alike, denials);
      if (denials.length === 0) continue;
      const entry = found.get(namespace) ?? entryFor(situation, namespace, denials, ports);
      entry.pods.push(pod);
      found.set(namespace, entry);
    }
  }
  const denied = [...found.values()].filter(({ sides }) =>
    sides.every(({ policies }) => policies.length > 0),
  );
  return {
    ok: true,
    denied: denied.toSorted((a, b) => rank(situation, b) - rank(situation, a)),
    policies: world.policies.length,
  };
}

function entryFor(
  { facts, network }: Situation,
  namespace: string,
  denials: readonly Denial[],
  ports: DnsPort[],
): DeniedDns {
  const sides = denials.map(({ direction, policies }) => ({
    direction,
    policies: facts.networkPolicies
      .filter(({ meta }) =>
        policies.some((one) => one.namespace === meta.namespace && one.name === meta.name),
      )
      .toSorted((a, b) => latestWrite(b) - latestWrite(a)),
  }));
  const outside = probed(network, (from) => from !== namespace);
  return { namespace, pods: [], sides, ports, inside: insideOf(network, namespace), outside };
}

/** What the incident is about first, then failing probes, then the latest change. */
function rank(situation: Situation, { namespace, inside, sides }: DeniedDns): number {
  const newest = Math.max(0, ...sides.flatMap(({ policies }) => policies.map(latestWrite)));
  const concerned = situation.symptoms.length > 0 && concernsNamespace(situation, namespace) ? 4e15 : 0;
  return concerned + (inside.failing > 0 ? 2e15 : 0) + newest;
}
