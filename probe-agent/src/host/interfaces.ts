import type { HostInterface, HostRoute } from '@pathmedic/shared/contract/host-reading.ts';
import type { HostFiles } from './host-files.ts';
import { numberIn } from './host-files.ts';

const maxInterfaces = 64;
// include/uapi/linux/if.h
const upFlag = 0x1;
const downStates = ['down', 'lowerlayerdown', 'notpresent'];
const modes = ['off', 'strict', 'loose'] as const;

/**
 * The interfaces that carry the node's traffic: those that routes name, and those that are no end of a pair (which lead
 * to one pod each, and may be hundreds). Loopback is left out.
 */
export function readInterfaces(files: HostFiles, routes: readonly HostRoute[] | null): HostInterface[] {
  const routed = new Set((routes ?? []).flatMap((route) => route.interface ?? []));
  return files
    .list('/sys/class/net')
    .filter((name) => name !== 'lo' && name.length <= 15 && (routed.has(name) || standsAlone(files, name)))
    .toSorted((a, b) => Number(routed.has(b)) - Number(routed.has(a)) || (a < b ? -1 : 1))
    .flatMap((name) => readInterface(files, name) ?? [])
    .slice(0, maxInterfaces);
}

function standsAlone(files: HostFiles, name: string): boolean {
  const index = numberIn(files, `/sys/class/net/${name}/ifindex`);
  return index !== null && index === numberIn(files, `/sys/class/net/${name}/iflink`);
}

function readInterface(files: HostFiles, name: string): HostInterface | null {
  const mtuBytes = numberIn(files, `/sys/class/net/${name}/mtu`);
  if (mtuBytes === null || mtuBytes > 65_536) return null;
  const flags = files.read(`/sys/class/net/${name}/flags`);
  const state = files.read(`/sys/class/net/${name}/operstate`);
  const enabled = flags.found && (Number.parseInt(flags.text.trim(), 16) & upFlag) !== 0;
  const up = enabled && !(state.found && downStates.includes(state.text.trim()));
  return { name, mtuBytes, up, rpFilter: rpFilterOf(files, name) };
}

/** The kernel takes the greater of the two settings (Documentation/networking/ip-sysctl.rst). */
function rpFilterOf(files: HostFiles, name: string): HostInterface['rpFilter'] {
  const [own, all] = [name, 'all'].map((which) =>
    numberIn(files, `/proc/sys/net/ipv4/conf/${which}/rp_filter`),
  );
  if (own === undefined || own === null || all === undefined || all === null) return null;
  return modes[Math.max(own, all)] ?? null;
}
