import type { HostRoute } from '@pathmedic/shared/contract/host-reading.ts';
import type { HostFiles } from './host-files.ts';

// include/uapi/linux/route.h
const upFlag = 0x0001;
const gatewayFlag = 0x0002;
const rejectFlag = 0x0200;
/** A node of a cluster of a thousand has as many; what comes later is left out. */
const maxRoutes = 1500;

/** Eight hex digits in the byte order of the machine, which is little-endian wherever this runs. */
function addressOf(hex: string): string {
  const bytes = [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return bytes.join('.');
}

function prefixOf(hex: string): number {
  let ones = 0;
  for (let bits = Number.parseInt(hex, 16); bits !== 0; bits = (bits & (bits - 1)) >>> 0) ones += 1;
  return ones;
}

/** One line of /proc/net/route: interface, destination, gateway, flags, three counters, mask, ... (see proc(5)). */
function routeOf(line: string): { route: HostRoute; prefix: number } | null {
  const [name = '', destination = '', gateway = '', flagsHex = '', , , , mask = ''] = line.split('\t');
  const flags = Number.parseInt(flagsHex, 16);
  if (!/^[0-9A-F]{8}$/i.test(destination) || !/^[0-9A-F]{8}$/i.test(mask.trim())) return null;
  // A blackhole has no flag of its own, and no interface.
  const rejects = (flags & rejectFlag) !== 0 || name === '*';
  if ((flags & upFlag) === 0 && !rejects) return null;
  const prefix = prefixOf(mask.trim());
  return {
    prefix,
    route: {
      destination: `${addressOf(destination)}/${prefix}`,
      gateway: (flags & gatewayFlag) === 0 ? null : addressOf(gateway),
      interface: rejects ? null : name,
    },
  };
}

/** IPv4 routes of the main table, those to single addresses (one a pod with some CNIs) left out; null when unreadable. */
export function readRoutes(files: HostFiles): HostRoute[] | null {
  const file = files.read('/proc/net/route');
  if (!file.found) return null;
  return file.text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const found = routeOf(line);
      return found === null || found.prefix === 32 ? [] : [found.route];
    })
    .slice(0, maxRoutes);
}
