import { isIP } from 'node:net';

/** One way to reach the coordinator. */
export interface Endpoint {
  /** Base URL without a trailing slash. */
  url: string;
  /** Where the way comes from, for logs and metrics. */
  source: 'leader' | 'configured' | 'service-env' | 'direct' | 'cached' | 'dns';
  /** Address to connect to instead of resolving the URL's host. */
  address: string | null;
}

export interface EndpointSources {
  /** Base URLs in order of preference. */
  configured: readonly string[];
  /** From the Service's environment variables. */
  serviceEnv: string | null;
}

/** A remembered address of a coordinator's URL; the same as the URL's host where a replica told its own address. */
export interface KnownAddress {
  url: string;
  address: string;
}

/** Older addresses are likely of replicas that are gone: each would cost a timeout. */
const maxDirect = 2;

/** Host of a URL, an IPv6 address without its brackets. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

/**
 * Ways to the coordinator, best first. Ways that need DNS come last, because DNS may be what is broken: an address
 * that worked before is tried first, and the name only when nothing else works. A replica's own address, as told by
 * itself, needs no Service either: the node's Service rules may be what is broken.
 */
export function endpointCandidates(
  sources: EndpointSources,
  leader: string | null,
  known: readonly KnownAddress[],
): Endpoint[] {
  const candidates: Endpoint[] = [];
  const addressOf = (url: string): string | null => known.find((entry) => entry.url === url)?.address ?? null;
  const literal = (url: string): boolean => isIP(hostOf(url)) !== 0;
  if (leader !== null) {
    candidates.push({ url: leader, source: 'leader', address: literal(leader) ? null : addressOf(leader) });
  }
  for (const url of sources.configured.filter(literal)) {
    candidates.push({ url, source: 'configured', address: null });
  }
  if (sources.serviceEnv !== null) {
    candidates.push({ url: sources.serviceEnv, source: 'service-env', address: null });
  }
  for (const { url } of known.filter((entry) => literal(entry.url)).slice(0, maxDirect)) {
    candidates.push({ url, source: 'direct', address: null });
  }
  const named = sources.configured.filter((url) => !literal(url));
  for (const url of named) {
    const address = addressOf(url);
    if (address !== null) candidates.push({ url, source: 'cached', address });
  }
  for (const url of named) candidates.push({ url, source: 'dns', address: null });
  return candidates.filter(
    (candidate, index) =>
      candidates.findIndex((other) => other.url === candidate.url && other.address === candidate.address) ===
      index,
  );
}

/**
 * Whether a leader named by a coordinator may be followed: same scheme as the way it was named on, so that a token
 * sent under TLS is never sent without it.
 */
export function mayFollow(leader: string, namedBy: string): boolean {
  return URL.canParse(leader) && new URL(leader).protocol === new URL(namedBy).protocol;
}
