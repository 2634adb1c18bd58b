import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { EndpointSliceRecord, PodRecord, ServiceRecord } from '../facts/records.ts';

/** One backend behind a Service. */
export interface Backend {
  /** `namespace/name` of the pod. */
  pod: string;
  node: string;
  podUid: string;
}

/** A probed Service over keyed responders. */
export interface ServiceTarget {
  namespace: string;
  name: string;
  address: string;
  ports: { protocol: 'tcp' | 'http' | 'udp'; port: number }[];
  backends: Backend[];
}

/** The cluster's DNS: the Service address and the pods behind it, with the ports as the objects name them. */
export interface DnsTargets {
  vip: { address: string; udpPort: number | null; tcpPort: number | null } | null;
  pods: { pod: string; node: string; address: string; udpPort: number; tcpPort: number }[];
  /** Backends of the Service address as EndpointSlices list them now. */
  backends: Backend[];
}

const protocolOfPort = new Map([
  ['probe-tcp', 'tcp'],
  ['probe-http', 'http'],
  ['probe-udp', 'udp'],
] as const);

function protocolOf(portName: string): 'tcp' | 'http' | 'udp' | null {
  for (const [name, protocol] of protocolOfPort) if (name === portName) return protocol;
  return null;
}

function backendsOf(facts: ClusterFacts, service: ServiceRecord, pods: Map<string, PodRecord>): Backend[] {
  const slices: EndpointSliceRecord[] = facts.endpointSlices.filter(
    (slice) => slice.meta.namespace === service.meta.namespace && slice.service === service.meta.name,
  );
  const found = new Map<string, Backend>();
  for (const endpoint of slices.flatMap((slice) => slice.endpoints)) {
    const usable = endpoint.ready || (service.publishNotReadyAddresses && !endpoint.terminating);
    if (!usable || endpoint.pod === '') continue;
    // The pod's name comes with or without its namespace, depending on who wrote the record.
    const key = endpoint.pod.includes('/') ? endpoint.pod : `${service.meta.namespace}/${endpoint.pod}`;
    const pod = pods.get(key);
    found.set(key, {
      pod: key,
      node: endpoint.nodeName === '' ? (pod?.nodeName ?? '') : endpoint.nodeName,
      podUid: pod?.meta.uid ?? '',
    });
  }
  return [...found.values()].toSorted((a, b) => (a.pod < b.pod ? -1 : 1));
}

function clusterIp(service: ServiceRecord): string | null {
  const address = service.clusterIPs.find((ip) => ip !== '' && ip !== 'None');
  return service.headless || address === undefined ? null : address;
}

function podsByName(facts: ClusterFacts): Map<string, PodRecord> {
  return new Map(facts.pods.map((pod) => [`${pod.meta.namespace}/${pod.meta.name}`, pod]));
}

/** Services labelled `app.kubernetes.io/component=reflector` of pathmedic, with the ports named like the responders'. */
export function reflectorServices(facts: ClusterFacts): ServiceTarget[] {
  const pods = podsByName(facts);
  const targets: ServiceTarget[] = [];
  for (const service of facts.services) {
    const { labels } = service.meta;
    const ours =
      labels['app.kubernetes.io/part-of'] === 'pathmedic' &&
      labels['app.kubernetes.io/component'] === 'reflector';
    const address = clusterIp(service);
    if (!ours || address === null || service.meta.deletingSinceMs !== null) continue;
    const ports = service.ports.flatMap((port) => {
      const protocol = protocolOf(port.name);
      return protocol === null ? [] : [{ protocol, port: port.port }];
    });
    const backends = backendsOf(facts, service, pods);
    if (ports.length === 0 || backends.length === 0) continue;
    const { namespace, name } = service.meta;
    targets.push({ namespace, name, address, ports, backends });
  }
  return targets.toSorted((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}

function isDnsService(service: ServiceRecord): boolean {
  return (
    service.meta.namespace === 'kube-system' &&
    (service.meta.name === 'kube-dns' || service.meta.labels['k8s-app'] === 'kube-dns')
  );
}

/** Pods labelled as the cluster's DNS servers, whatever their state. */
export function isDnsPod(pod: PodRecord): boolean {
  return pod.meta.namespace === 'kube-system' && pod.meta.labels['k8s-app'] === 'kube-dns';
}

/** Where the cluster's DNS answers. Ports are data: whatever the Service and the pods name `dns` and `dns-tcp`. */
export function dnsTargets(facts: ClusterFacts): DnsTargets {
  const service = facts.services.find((s) => isDnsService(s) && clusterIp(s) !== null);
  const address = service === undefined ? null : clusterIp(service);
  const servicePort = (protocol: string): number | null => {
    const ports = service?.ports.filter((p) => p.protocol === protocol) ?? [];
    return (ports.find((p) => p.name === 'dns' || p.name === 'dns-tcp') ?? ports[0])?.port ?? null;
  };
  const pods = facts.pods
    .filter((pod) => isDnsPod(pod) && pod.meta.deletingSinceMs === null && pod.phase === 'Running')
    .flatMap((pod) => {
      const ip = pod.ips[0];
      const ports = pod.containers.flatMap((c) => c.ports);
      const udp = ports.find((p) => p.protocol === 'UDP' && p.name === 'dns')?.port;
      const tcp = ports.find((p) => p.protocol === 'TCP' && (p.name === 'dns-tcp' || p.name === 'dns'))?.port;
      if (ip === undefined) return [];
      const name = `${pod.meta.namespace}/${pod.meta.name}`;
      return [{ pod: name, node: pod.nodeName, address: ip, udpPort: udp ?? 53, tcpPort: tcp ?? udp ?? 53 }];
    })
    .toSorted((a, b) => (a.pod < b.pod ? -1 : 1));
  return {
    vip: address === null ? null : { address, udpPort: servicePort('UDP'), tcpPort: servicePort('TCP') },
    pods,
    backends: service === undefined ? [] : backendsOf(facts, service, podsByName(facts)),
  };
}
