import type { SystemClient } from '../apiserver/system-client.ts';
import type { CorefileBlock } from '../controllers/corefile.ts';
import { rootPlugin } from '../controllers/corefile.ts';

/** What a server says to one question. */
export type DnsAnswer =
  | { rcode: 'NOERROR'; addresses: readonly string[]; ttlSeconds: number }
  | { rcode: 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' };

export interface DnsSources {
  client: SystemClient;
  /** Names outside the cluster that the site's resolver knows. */
  externalNames: ReadonlyMap<string, string>;
  /** Whether the site's resolver answers. */
  upstreamAnswers(): boolean;
}

function clusterAddresses(sources: DnsSources, labels: readonly string[]): readonly string[] | undefined {
  const [name, namespace, kind] = labels.slice(-3);
  if (labels.length === 0) return [];
  if (kind !== 'svc') return undefined;
  if (namespace === undefined || name === undefined || labels.length !== 3) return undefined;
  const service = sources.client.get('services', namespace, name);
  if (service === undefined) return undefined;
  if (service.spec.clusterIP !== undefined && service.spec.clusterIP !== 'None')
    return [service.spec.clusterIP];
  const slices = sources.client
    .list('endpointslices', namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
  return slices.flatMap((slice) =>
    (slice.endpoints ?? [])
      .filter((endpoint) => endpoint.conditions.ready === true)
      .flatMap((endpoint) => endpoint.addresses),
  );
}

/** Answers as CoreDNS does under a Corefile: cluster names from Services, other names by its `forward`. */
export function answerName(
  sources: DnsSources,
  blocks: readonly CorefileBlock[],
  question: string,
  type: string,
): DnsAnswer {
  const name = question.toLowerCase().replace(/\.$/, '');
  const found = (addresses: readonly string[]): DnsAnswer => ({
    rcode: 'NOERROR',
    addresses: type === 'A' ? addresses : [],
    ttlSeconds: 30,
  });
  const cluster = rootPlugin(blocks, 'kubernetes');
  const zone = cluster?.args[0] ?? '';
  if (zone !== '' && (name === zone || name.endsWith(`.${zone}`))) {
    const labels = name === zone ? [] : name.slice(0, -zone.length - 1).split('.');
    const addresses = clusterAddresses(sources, labels);
    return addresses === undefined ? { rcode: 'NXDOMAIN' } : found(addresses);
  }
  if (rootPlugin(blocks, 'forward') === undefined) return { rcode: 'REFUSED' };
  const upstream = rootPlugin(blocks, 'forward')?.args[1] ?? '';
  // Anything but the node's own resolver leads nowhere in the simulation.
  if (upstream !== '/etc/resolv.conf' || !sources.upstreamAnswers()) return { rcode: 'SERVFAIL' };
  const address = sources.externalNames.get(name);
  return address === undefined ? { rcode: 'NXDOMAIN' } : found([address]);
}
