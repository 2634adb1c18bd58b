import type { NetworkSnapshot, PathState } from '../domain/network.ts';
import { type AgentEnd, type Path, pathId, type PathTarget } from '../domain/path.ts';
import type { Symptom } from '../domain/symptom.ts';
import type { ClusterFacts, LogExcerpt, Situation } from '../facts/cluster-facts.ts';
import {
  configMap,
  daemonSet,
  deployment,
  facts,
  namespace,
  node,
  pod,
  podOf,
  service,
  T0,
} from '../facts/record-builders.fixture.ts';
import type { DaemonSetRecord, PodRecord } from '../facts/records.ts';

export { T0 };

export const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;

export const DNS_LABELS = { 'k8s-app': 'kube-dns' };

/** Two CoreDNS pods on the first two nodes. */
export function dnsPods(over: Partial<Omit<PodRecord, 'meta'>> = {}): PodRecord[] {
  return ['node1', 'node2'].map((nodeName, i) =>
    pod(`coredns-${i}`, 'kube-system', {
      nodeName,
      ips: [`10.244.${i + 1}.2`],
      ...over,
      meta: { labels: DNS_LABELS, owner: { kind: 'ReplicaSet', name: 'coredns-5d', uid: 'uid-rs' } },
    }),
  );
}

export const coredns = deployment('coredns', 'kube-system', {
  selector: DNS_LABELS,
  template: { labels: DNS_LABELS, images: ['registry.k8s.io/coredns/coredns:v1.12.1'] },
});

/** A healthy three-node cluster with flannel and CoreDNS; `agent` is the CNI's DaemonSet. */
export function cluster(over: Partial<ClusterFacts> = {}, agent?: DaemonSetRecord): ClusterFacts {
  const cni =
    agent ??
    daemonSet('kube-flannel-ds', 'kube-flannel', {
      template: { tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] },
    });
  return facts({
    nodes: ['node1', 'node2', 'node3'].map((name, i) => node(name, { podCIDRs: [`10.244.${i + 1}.0/24`] })),
    namespaces: [namespace('kube-system'), namespace('pathmedic'), namespace('app')],
    daemonSets: [cni],
    deployments: [coredns],
    services: [
      service('kube-dns', 'kube-system', {
        selector: DNS_LABELS,
        meta: { labels: DNS_LABELS },
        ports: [
          { name: 'dns', port: 53, targetPort: '53', protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, targetPort: '53', protocol: 'TCP' },
        ],
      }),
    ],
    configMaps: [configMap('coredns', 'kube-system', { Corefile: COREFILE })],
    pods: [...['node1', 'node2', 'node3'].map((name) => podOf(cni, name)), ...dnsPods()],
    ...over,
  });
}

function agentEnd(nodeName: string, mode: AgentEnd['mode'], ns = 'pathmedic'): AgentEnd {
  return { node: nodeName, mode, namespace: ns };
}

function state(path: Omit<Path, 'id'>, fails: boolean, outcome: string): PathState {
  return {
    path: { ...path, id: pathId(path) },
    state: fails ? 'failing' : 'healthy',
    sent: 12,
    lost: fails ? 12 : 0,
    failures: fails ? [{ outcome, count: 12 }] : [],
    sinceMs: T0,
    lastReportMs: T0 + 9000,
  };
}

export interface Wrong {
  /** Whether the pod network between two nodes fails. */
  pod?: (from: string, to: string) => boolean;
  /** Whether the node network between two nodes fails. */
  node?: (from: string, to: string) => boolean;
  /** Whether DNS from that agent to that server (`namespace/pod`, or `vip`) fails. */
  dns?: (from: AgentEnd, server: string) => boolean;
  dnsOutcome?: string;
}

const NODES = ['node1', 'node2', 'node3'];

function agentPaths(from: string, wrong: Wrong): PathState[] {
  return NODES.filter((to) => to !== from).flatMap((to) =>
    (['pod', 'host'] as const).map((mode) => {
      const target: PathTarget = {
        type: 'agent',
        node: to,
        mode,
        podUid: `${to}-${mode}`,
        address: '10.0.0.1',
        port: 7070,
      };
      const fails = (mode === 'pod' ? wrong.pod : wrong.node)?.(from, to) ?? false;
      const kind = mode === 'pod' ? ('pod' as const) : ('node' as const);
      return state({ from: agentEnd(from, mode), kind, protocol: 'tcp', to: target }, fails, 'timeout');
    }),
  );
}

function dnsPaths(end: AgentEnd, wrong: Wrong): PathState[] {
  const base = { address: '10.96.0.10', port: 53, upstream: false };
  return ['kube-system/coredns-0', 'kube-system/coredns-1', 'vip'].map((server) => {
    const to: PathTarget =
      server === 'vip'
        ? { type: 'dns-vip', ...base }
        : { type: 'dns-pod', pod: server, node: 'node1', ...base };
    const path = { from: end, kind: 'dns' as const, protocol: 'dns-udp' as const, to };
    return state(path, wrong.dns?.(end, server) ?? false, wrong.dnsOutcome ?? 'timeout');
  });
}

/** What agents on three nodes (pod, host, and canaries of `app`) would see. */
export function network(wrong: Wrong = {}, canaries = ['app']): NetworkSnapshot {
  const paths = NODES.flatMap((from) => [
    ...agentPaths(from, wrong),
    ...[agentEnd(from, 'pod'), ...canaries.map((ns) => agentEnd(from, 'canary', ns))].flatMap((end) =>
      dnsPaths(end, wrong),
    ),
  ]);
  const judged = { nodes: NODES, namespaces: ['kube-system', 'pathmedic', ...canaries] };
  return { atMs: T0 + 10_000, complete: true, judged, paths, suspects: [], symptoms: [], agents: [] };
}

export function symptom(over: Partial<Symptom> = {}): Symptom {
  return {
    kind: 'paths-failing',
    key: 'k',
    scope: { type: 'cluster' },
    component: null,
    headline: 'Something is broken',
    sinceMs: T0,
    lines: [],
    affected: { nodes: [], namespaces: [], objects: [] },
    pathIds: [],
    lossRate: 1,
    ...over,
  };
}

export function log(podName: string, lines: string[], ns = 'kube-system'): LogExcerpt {
  return { namespace: ns, pod: podName, container: 'c', node: 'node1', previous: true, lines };
}

export function situation(over: Partial<Situation> = {}): Situation {
  return { facts: cluster(), network: network(), symptoms: [], ...over };
}
