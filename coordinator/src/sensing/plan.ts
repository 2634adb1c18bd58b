import type { KeyedProbe, ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import type { AgentEnd, Path, PathTarget } from '../domain/path.ts';
import { pathId } from '../domain/path.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { AgentPod } from './agent-pods.ts';
import { findAgents } from './agent-pods.ts';
import { judgedNodes } from './judged-nodes.ts';
import { choosePeers } from './peers.ts';
import type { Backend, DnsTargets, ServiceTarget } from './service-targets.ts';
import { dnsTargets, reflectorServices } from './service-targets.ts';
import type { PlanConfig } from './settings.ts';

/** One path with the probe that tests it and the agent pod that sends it. */
export interface PlannedPath {
  path: Path;
  probe: ProbeSpec;
  agentUid: string;
  /** Source and target pod and address: results of another signature say nothing about this path. */
  signature: string;
}

/** Everything that is probed in the cluster, and by whom. */
export interface NetworkPlan {
  /** What the plan is about, whether agents run there or not. */
  judged: NetworkSnapshot['judged'];
  agents: readonly AgentPod[];
  paths: ReadonlyMap<string, PlannedPath>;
  byAgent: ReadonlyMap<string, readonly PlannedPath[]>;
  /** Backends of the addresses that lead to several pods, by `namespace/name` of the Service or the DNS address. */
  backends: ReadonlyMap<string, readonly Backend[]>;
}

type Draft = { from: AgentPod; path: Omit<Path, 'id'>; expectUid: string | null; question: string | null };

// A few fixed steps: a node more or less must not change every agent's interval.
const intervalStepsMs = [
  500, 1000, 2000, 2500, 3000, 4000, 5000, 7000, 10_000, 15_000, 20_000, 30_000, 60_000,
];

/** Computes all paths from what is known of the cluster. Same facts, same plan. */
export function buildPlan(facts: ClusterFacts, config: PlanConfig): NetworkPlan {
  const nodes = judgedNodes(facts);
  const agents = findAgents(facts, new Set(nodes), config.startGraceMs);
  const services = reflectorServices(facts);
  const dns = dnsTargets(facts);
  const withAgents = [...new Set(agents.map((agent) => agent.node))].toSorted();
  const peers = choosePeers(withAgents, config);
  const { mtuFanOut } = config;
  const mtuPeers = choosePeers(withAgents, { fullMeshNodes: mtuFanOut + 1, fanOut: mtuFanOut });
  const targets = Map.groupBy(
    agents.filter((agent) => agent.target && agent.mode !== 'canary'),
    (agent) => agent.node,
  );
  const agentsOn = (nodes: readonly string[] = []): AgentPod[] =>
    nodes.flatMap((node) => targets.get(node) ?? []);
  const drafts = agents.flatMap((from): Draft[] => {
    const peerAgents = agentsOn(peers.get(from.node));
    const large = mtuPaths(from, agentsOn(mtuPeers.get(from.node)));
    switch (from.mode) {
      case 'host':
        return [...agentPaths(from, peerAgents, ['tcp', 'udp']), ...large];
      case 'pod':
        return [
          ...dnsPaths(from, dns, config),
          ...agentPaths(from, peerAgents, ['tcp', 'http', 'udp']),
          ...servicePaths(from, services),
          ...large,
        ];
      case 'canary':
        return [
          ...dnsPaths(from, { ...dns, pods: [] }, { ...config, externalName: null }),
          ...servicePaths(
            from,
            services.filter((service) => service.namespace === from.namespace),
          ),
        ];
    }
  });
  const planned = schedule(drafts, config);
  return {
    judged: { nodes, namespaces: presentNamespaces(facts) },
    agents,
    paths: new Map(planned.map((entry) => [entry.path.id, entry])),
    byAgent: Map.groupBy(planned, (entry) => entry.agentUid),
    backends: new Map([
      ...services.map((s): [string, Backend[]] => [`${s.namespace}/${s.name}`, s.backends]),
      ...(dns.vip === null ? [] : [[dns.vip.address, dns.backends] as const]),
    ]),
  };
}

/** Null when they could not be read: none of them is then taken for deleted. */
function presentNamespaces({ namespaces, unknown }: ClusterFacts): string[] | null {
  if (unknown.some(({ what }) => what === 'namespaces')) return null;
  return namespaces.filter(({ meta }) => meta.deletingSinceMs === null).map(({ meta }) => meta.name);
}

/** Key of a path's target in `NetworkPlan.backends`; null where the path names its only target itself. */
export function backendsKey(to: PathTarget): string | null {
  if (to.type === 'dns-vip') return to.address;
  return to.type === 'service' && to.backend === null ? `${to.namespace}/${to.name}` : null;
}

function endOf(agent: AgentPod): AgentEnd {
  return { node: agent.node, mode: agent.mode, namespace: agent.namespace };
}

function agentPaths(
  from: AgentPod,
  peers: readonly AgentPod[],
  protocols: readonly ('tcp' | 'http' | 'udp')[],
): Draft[] {
  const kind = from.mode === 'host' ? 'node' : 'pod';
  return peers
    .filter((peer) => peer.mode === from.mode)
    .flatMap((peer) =>
      protocols.map((protocol) => {
        const { node, mode, podUid, address } = peer;
        const to: PathTarget = { type: 'agent', node, mode, podUid, address, port: peer.ports[protocol] };
        return { from, path: { from: endOf(from), kind, protocol, to }, expectUid: podUid, question: null };
      }),
    );
}

/** Only between agents that both know how. */
function mtuPaths(from: AgentPod, peers: readonly AgentPod[]): Draft[] {
  if (!from.speaks.has('mtu')) return [];
  const able = peers.filter((peer) => peer.mode === from.mode && peer.speaks.has('mtu'));
  return able.flatMap((peer) =>
    (['udp', 'tcp'] as const).map((protocol): Draft => {
      const { node, mode, podUid, address } = peer;
      const to: PathTarget = { type: 'agent', node, mode, podUid, address, port: peer.ports[protocol] };
      const path = { from: endOf(from), kind: 'mtu', protocol, to } as const;
      return { from, path, expectUid: podUid, question: null };
    }),
  );
}

function servicePaths(from: AgentPod, services: readonly ServiceTarget[]): Draft[] {
  return services.flatMap((service) => {
    const [only, ...more] = service.backends;
    const backend = only !== undefined && more.length === 0 ? { pod: only.pod, node: only.node } : null;
    const { namespace, name, address } = service;
    return service.ports.map(({ protocol, port }): Draft => {
      const to: PathTarget = { type: 'service', namespace, name, address, port, backend };
      const expectUid = backend === null || only === undefined || only.podUid === '' ? null : only.podUid;
      return { from, path: { from: endOf(from), kind: 'service', protocol, to }, expectUid, question: null };
    });
  });
}

function dnsPaths(from: AgentPod, dns: DnsTargets, config: PlanConfig): Draft[] {
  const clusterName = `kubernetes.default.svc.${config.clusterDomain}.`;
  const draft = (protocol: 'dns-udp' | 'dns-tcp', to: PathTarget, question: string): Draft => ({
    from,
    path: { from: endOf(from), kind: 'dns', protocol, to },
    expectUid: null,
    question,
  });
  const drafts: Draft[] = [];
  if (dns.vip !== null) {
    const { address, udpPort, tcpPort } = dns.vip;
    const vip = (port: number, upstream: boolean): PathTarget => ({
      type: 'dns-vip',
      address,
      port,
      upstream,
    });
    if (udpPort !== null) drafts.push(draft('dns-udp', vip(udpPort, false), clusterName));
    if (tcpPort !== null) drafts.push(draft('dns-tcp', vip(tcpPort, false), clusterName));
    if (udpPort !== null && config.externalName !== null) {
      drafts.push(draft('dns-udp', vip(udpPort, true), absolute(config.externalName)));
    }
  }
  for (const { pod, node, address, udpPort, tcpPort } of dns.pods) {
    const to = { type: 'dns-pod', pod, node, address, upstream: false } as const;
    drafts.push(draft('dns-udp', { ...to, port: udpPort }, clusterName));
    drafts.push(draft('dns-tcp', { ...to, port: tcpPort }, clusterName));
  }
  return drafts;
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}

/** Few paths tell of a whole namespace's or the cluster's names: these go round as fast as allowed. */
function isVital({ path }: Draft): boolean {
  return path.to.type === 'dns-vip' || path.from.mode === 'canary';
}

function isLarge({ path }: Draft): boolean {
  return path.kind === 'mtu';
}

/** A probe with large packets costs about as much as two others. */
const costOfLarge = 2;

/** Intervals such that all agents of a node together stay within its budget. */
function intervalsOf(drafts: readonly Draft[], config: PlanConfig): Map<string, number> {
  const byNode = Map.groupBy(drafts, ({ from }) => from.node);
  return new Map(
    [...byNode].map(([node, own]) => {
      const vital = own.filter(isVital).length;
      const large = own.filter(isLarge).length;
      const spoken =
        (vital * 1000) / config.minIntervalMs + (large * costOfLarge * 1000) / config.mtuIntervalMs;
      const left = Math.max(1, config.budgetPerSecond - spoken);
      const others = own.length - vital - large;
      const neededMs = Math.max(config.minIntervalMs, (others * 1000) / left);
      // A minimum below or between the steps is a choice of its own (short rounds in demo and tests).
      if (neededMs === config.minIntervalMs) return [node, neededMs];
      const stepMs = intervalStepsMs.find((step) => step >= neededMs);
      return [node, stepMs ?? Math.ceil(neededMs / 60_000) * 60_000];
    }),
  );
}

function schedule(drafts: readonly Draft[], config: PlanConfig): PlannedPath[] {
  const intervals = intervalsOf(drafts, config);
  return drafts.map((draft) => {
    const id = pathId(draft.path);
    const usualMs = isVital(draft) ? undefined : intervals.get(draft.from.node);
    const intervalMs = isLarge(draft) ? config.mtuIntervalMs : (usualMs ?? config.minIntervalMs);
    const { to } = draft.path;
    return {
      path: { id, ...draft.path },
      probe: probeOf(id, draft, { intervalMs, timeoutMs: config.timeoutMs }),
      agentUid: draft.from.podUid,
      signature: `${draft.from.podUid}>${to.address}:${to.port}/${draft.expectUid ?? ''}`,
    };
  });
}

function probeOf(id: string, draft: Draft, timing: { intervalMs: number; timeoutMs: number }): ProbeSpec {
  const { protocol, to } = draft.path;
  const base = { pathId: id, address: to.address, port: to.port, ...timing };
  const expect = draft.expectUid === null ? null : { podUid: draft.expectUid };
  const keyed = (keyedProtocol: KeyedProbe['protocol']): ProbeSpec => ({
    ...base,
    protocol: keyedProtocol,
    expect,
  });
  if (draft.path.kind === 'mtu') {
    const transport = protocol === 'tcp' ? 'tcp' : 'udp';
    // 64 KiB take more than one round trip.
    const timeoutMs = transport === 'tcp' ? 2 * timing.timeoutMs : timing.timeoutMs;
    return { ...base, timeoutMs, protocol: 'mtu', transport, expect };
  }
  switch (protocol) {
    case 'tcp':
    case 'http':
    case 'udp':
      return keyed(protocol);
    case 'dns-udp':
    case 'dns-tcp':
      return {
        ...base,
        protocol: 'dns',
        transport: protocol === 'dns-udp' ? 'udp' : 'tcp',
        name: draft.question ?? '.',
        type: 'A',
        unique: false,
        expect: 'answer',
      };
  }
}
