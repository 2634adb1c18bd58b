import type { ClusterFacts } from '../facts/cluster-facts.ts';
import {
  container,
  daemonSet,
  deployment,
  facts,
  meta,
  node,
  pod,
  podOf,
  service,
} from '../facts/record-builders.fixture.ts';
import type { EndpointSliceRecord, PodRecord } from '../facts/records.ts';

/** A small healthy cluster with everything that is probed; tests change what they are about. */

export const startMs = Date.UTC(2026, 2, 4, 3, 0, 0);
const dayMs = 86_400_000;

const part = { 'app.kubernetes.io/part-of': 'pathmedic' };
const probePorts = [
  { name: 'probe-tcp', port: 8471, protocol: 'TCP' },
  { name: 'probe-udp', port: 8471, protocol: 'UDP' },
  { name: 'probe-http', port: 8472, protocol: 'TCP' },
];
const dnsPorts = [
  { name: 'dns', port: 1053, protocol: 'UDP' },
  { name: 'dns-tcp', port: 1053, protocol: 'TCP' },
];

export const flannel = daemonSet('kube-flannel-ds', 'kube-flannel', {
  desired: 5,
  current: 5,
  ready: 5,
  updated: 5,
});

export function agentPod(
  component: 'agent-pod' | 'agent-host' | 'canary',
  nodeName: string,
  generation = 1,
): PodRecord {
  const n = Number(nodeName.replace(/\D/g, ''));
  const third = { 'agent-host': 0, 'agent-pod': 1, canary: 2 }[component];
  const ns = component === 'canary' ? 'app' : 'pathmedic';
  return pod(`${component}-${nodeName}-${generation}`, ns, {
    meta: {
      uid: `${component}-${nodeName}-${generation}`,
      labels: { ...part, 'app.kubernetes.io/component': component },
      createdMs: startMs - dayMs + generation,
      owner: { kind: 'DaemonSet', name: component, uid: `ds-${component}` },
    },
    nodeName,
    ips: [`10.${third}.${n}.${generation}`],
    hostNetwork: component === 'agent-host',
    readySinceMs: startMs - dayMs,
    containers: [container('agent', { ports: probePorts })],
  });
}

export function dnsPod(name: string, nodeName: string, over: Partial<PodRecord> = {}): PodRecord {
  return {
    ...pod(name, 'kube-system', {
      meta: { labels: { 'k8s-app': 'kube-dns' }, createdMs: startMs - dayMs },
      nodeName,
      ips: [`10.9.0.${name.charCodeAt(name.length - 1) - 96}`],
      readySinceMs: startMs - dayMs,
      containers: [container('coredns', { ports: dnsPorts })],
    }),
    ...over,
  };
}

export function slice(ns: string, name: string, pods: readonly PodRecord[]): EndpointSliceRecord {
  return {
    meta: meta(`${name}-1`, ns),
    service: name,
    addressType: 'IPv4',
    ports: [],
    endpoints: pods.map((one) => ({
      addresses: one.ips,
      ready: one.ready,
      serving: one.ready,
      terminating: one.meta.deletingSinceMs !== null,
      nodeName: one.nodeName,
      pod: one.meta.name,
    })),
  };
}

/** `nodes` nodes with host and pod agents, two CoreDNS pods (node1, node2), one canary in `app` on node3, flannel. */
export function healthyCluster(nodes = 5): ClusterFacts {
  const names = Array.from({ length: nodes }, (_, i) => `node${i + 1}`);
  const dns = [dnsPod('coredns-a', 'node1'), dnsPod('coredns-b', names[1] ?? 'node1')];
  const canaryNode = names[2] ?? 'node1';
  const reflector = agentPod('agent-pod', names[0] ?? 'node1');
  return facts({
    atMs: startMs,
    clusterName: 'test',
    nodes: names.map((name) => ({ ...node(name), meta: { ...node(name).meta, createdMs: startMs - dayMs } })),
    pods: [
      ...names.flatMap((name) => [agentPod('agent-host', name), agentPod('agent-pod', name)]),
      ...names.map((name) => ({ ...podOf(flannel, name), readySinceMs: startMs - dayMs })),
      ...dns,
      agentPod('canary', canaryNode),
    ],
    daemonSets: [flannel],
    deployments: [deployment('coredns', 'kube-system', { template: { labels: { 'k8s-app': 'kube-dns' } } })],
    services: [
      service('kube-dns', 'kube-system', {
        meta: { labels: { 'k8s-app': 'kube-dns' } },
        clusterIPs: ['10.96.0.10'],
        selector: { 'k8s-app': 'kube-dns' },
        ports: [
          { name: 'dns', port: 5353, targetPort: 'dns', protocol: 'UDP' },
          { name: 'dns-tcp', port: 5353, targetPort: 'dns-tcp', protocol: 'TCP' },
        ],
      }),
      service('reflector-1', 'pathmedic', {
        meta: { labels: { ...part, 'app.kubernetes.io/component': 'reflector' } },
        clusterIPs: ['10.96.0.20'],
        ports: [{ name: 'probe-tcp', port: 80, targetPort: 'probe-tcp', protocol: 'TCP' }],
      }),
    ],
    endpointSlices: [slice('kube-system', 'kube-dns', dns), slice('pathmedic', 'reflector-1', [reflector])],
  });
}

/** The cluster with some pods replaced (by name) or, with null, gone. */
export function withPods(cluster: ClusterFacts, change: (one: PodRecord) => PodRecord | null): ClusterFacts {
  return { ...cluster, pods: cluster.pods.flatMap((one) => change(one) ?? []) };
}
