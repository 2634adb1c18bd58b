import type { HostReading } from '@pathmedic/shared/contract/host-reading.ts';
import type { HostFiles } from './host-files.ts';
import { numberIn } from './host-files.ts';
import { readInterfaces } from './interfaces.ts';
import { readRoutes } from './routes.ts';

/** What the kernel of this machine says of its network; `kubeProxy` is asked for elsewhere, because it takes time. */
export function readHost(files: HostFiles, kubeProxy: HostReading['kubeProxy']): HostReading {
  const routes = readRoutes(files);
  const forward = numberIn(files, '/proc/sys/net/ipv4/ip_forward');
  return {
    ipForward: forward === null ? null : forward !== 0,
    bridgeNetfilter: bridgeNetfilterOf(files),
    interfaces: readInterfaces(files, routes),
    routes,
    conntrack: usage(
      numberIn(files, '/proc/sys/net/netfilter/nf_conntrack_count'),
      numberIn(files, '/proc/sys/net/netfilter/nf_conntrack_max'),
    ),
    neighbours: neighboursOf(files),
    kubeProxy,
  };
}

function bridgeNetfilterOf(files: HostFiles): HostReading['bridgeNetfilter'] {
  const file = files.read('/proc/sys/net/bridge/bridge-nf-call-iptables');
  if (file.found) return file.text.trim() === '0' ? 'off' : 'on';
  // Without /proc/sys nothing is there, and nothing is known.
  const readable = numberIn(files, '/proc/sys/net/ipv4/ip_forward') !== null;
  return file.reason === 'absent' && readable ? 'not-loaded' : null;
}

function usage(count: number | null, max: number | null): HostReading['conntrack'] {
  return count === null || max === null ? null : { count, max };
}

/** The limit is on the whole table, so its entries are counted too: /proc/net/arp shows one namespace. */
function neighboursOf(files: HostFiles): HostReading['neighbours'] {
  const max = numberIn(files, '/proc/sys/net/ipv4/neigh/default/gc_thresh3');
  const cache = files.read('/proc/net/stat/arp_cache');
  const match = cache.found ? /^[0-9a-f]{8}/im.exec(cache.text.split('\n')[1] ?? '') : null;
  if (max === null || match === null) return null;
  return { entries: Number.parseInt(match[0], 16), max };
}
