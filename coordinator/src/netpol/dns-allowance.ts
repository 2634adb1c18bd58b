import type { Json } from '../domain/action.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { clusterDns, isDnsPort, type ClusterDns } from '../facts/coredns-objects.ts';
import type { PodRecord } from '../facts/records.ts';
import { parseIp, parseRange, rangeHolds } from './ip-range.ts';

/** A port that DNS is asked on, behind the Service. */
export interface DnsPort {
  protocol: 'UDP' | 'TCP';
  port: number;
}

export type DnsAllowance =
  | { ok: true; rule: Json; ports: DnsPort[]; namespace: string }
  | { ok: false; why: string };

function resolveTarget(target: string, protocol: string, pods: readonly PodRecord[]): number | null {
  if (/^\d{1,5}$/.test(target)) return Number(target);
  for (const pod of pods) {
    for (const { ports } of pod.containers) {
      const named = ports.find((port) => port.name === target && port.protocol === protocol);
      if (named !== undefined) return named.port;
    }
  }
  return null;
}

/**
 * The ports that the cluster DNS listens on behind its Service. Policies are applied after the Service address has been
 * translated, by most CNIs; port 53 itself stays in the list for those that look before.
 */
export function dnsPorts(dns: ClusterDns): DnsPort[] {
  const ports: DnsPort[] = [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ];
  for (const servicePort of dns.service?.ports ?? []) {
    const { protocol } = servicePort;
    if (!isDnsPort(servicePort) || (protocol !== 'UDP' && protocol !== 'TCP')) continue;
    const port = resolveTarget(servicePort.targetPort, protocol, dns.pods);
    const known = ports.some((other) => other.protocol === protocol && other.port === port);
    if (port !== null && port > 0 && !known) ports.push({ protocol, port });
  }
  return ports;
}

/** Ports in words: `UDP and TCP 53`, `UDP and TCP 53 and 5353`. */
export function dnsPortWords(ports: readonly DnsPort[]): string {
  const byNumber = Map.groupBy(ports, ({ port }) => port);
  const byProtocols = Map.groupBy(byNumber, ([, same]) => same.map(({ protocol }) => protocol).join(' and '));
  return [...byProtocols]
    .map(([protocols, numbers]) => `${protocols} ${numbers.map(([port]) => port).join(' and ')}`)
    .join(', ');
}

const LINK_LOCAL = [parseRange('169.254.0.0/16'), parseRange('fe80::/10')].filter((range) => range !== null);

/** Addresses of a node-local DNS cache: what its Corefile binds to, link-local ones only. */
function nodeLocalAddresses(facts: ClusterFacts): string[] {
  const corefiles = facts.configMaps.filter(({ meta }) => /node-?local-?dns/.test(meta.name));
  const bound = corefiles.flatMap(({ data }) =>
    (data['Corefile'] ?? '')
      .split('\n')
      .filter((line) => /^\s*bind\s/.test(line))
      .flatMap((line) => line.trim().split(/\s+/).slice(1)),
  );
  return [...new Set(bound)].filter((text) => {
    const ip = parseIp(text);
    return ip !== null && LINK_LOCAL.some((range) => rangeHolds(range, ip));
  });
}

function asPorts(ports: readonly DnsPort[]): Json[] {
  return ports.map(({ protocol, port }) => ({ protocol, port }));
}

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/**
 * The narrowest egress rule that lets pods ask the cluster DNS: its pods only (by namespace name and the Service's
 * selector), the node-local cache if there is one, and the DNS ports only.
 */
export function dnsEgressRule(facts: ClusterFacts): DnsAllowance {
  const dns = clusterDns(facts);
  const { service } = dns;
  if (service === null || Object.keys(service.selector).length === 0) {
    return { ok: false, why: 'the Service of the cluster DNS was not found, or it selects no pods' };
  }
  const { namespace } = service.meta;
  const record = facts.namespaces.find(({ meta }) => meta.name === namespace);
  if (record?.meta.labels[NAMESPACE_NAME] !== namespace) {
    return { ok: false, why: `namespace ${namespace} does not carry the label ${NAMESPACE_NAME}` };
  }
  if (dns.pods.some(({ hostNetwork }) => hostNetwork)) {
    return { ok: false, why: 'the cluster DNS runs on the host network, where pod selectors do not reach' };
  }
  const pods: Json = {
    namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } },
    podSelector: { matchLabels: service.selector },
  };
  const local = nodeLocalAddresses(facts).map((ip): Json => ({
    ipBlock: { cidr: `${ip}/${ip.includes(':') ? 128 : 32}` },
  }));
  const ports = dnsPorts(dns);
  return { ok: true, rule: { to: [pods, ...local], ports: asPorts(ports) }, ports, namespace };
}

/** The ingress rule for policies that isolate the cluster DNS itself: any pod of the cluster may ask, on the DNS ports only. */
export function dnsIngressRule(facts: ClusterFacts): { rule: Json; ports: DnsPort[] } {
  const ports = dnsPorts(clusterDns(facts));
  return { rule: { from: [{ namespaceSelector: {} }], ports: asPorts(ports) }, ports };
}
