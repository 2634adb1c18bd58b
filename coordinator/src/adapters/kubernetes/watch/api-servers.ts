import type { EndpointSliceRecord } from '../../../facts/records.ts';

/** Addresses behind the Service `kubernetes`, as URLs: the ways to the API server that need no Service. */
export function apiServersOf(slices: readonly EndpointSliceRecord[]): string[] {
  const own = slices.filter(({ meta, service }) => meta.namespace === 'default' && service === 'kubernetes');
  const urls = own.flatMap(({ addressType, ports, endpoints }) => {
    const port = ports.find(({ name }) => name === 'https')?.port ?? ports[0]?.port;
    if (port === undefined) return [];
    return endpoints
      .filter(({ ready }) => ready)
      .flatMap(({ addresses }) => addresses)
      .map((address) => `https://${addressType === 'IPv6' ? `[${address}]` : address}:${port}`);
  });
  return [...new Set(urls)].toSorted();
}
