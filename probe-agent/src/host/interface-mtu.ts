import { readFileSync } from 'node:fs';
import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { payloadBytes } from '../responder/packet-size.ts';

/** Where the MTU cannot be read: Ethernet's. A kernel that sends less splits such a datagram, which is lost with any part. */
export const fallbackMtuBytes = 1500;
/** The largest MTU of real networks. Loopback says 65 536: packets of that size fill a socket's buffer by themselves. */
const largestMtuBytes = 9216;
const rereadAfterMs = 60_000;

/** Largest datagram that the interface with that address sends in one piece; of any interface when it is null. */
export function largestDatagramBytes(
  address: string | null,
  mtuBytesOf: (address: string) => number,
): number {
  if (address === null) return payloadBytes(largestMtuBytes, 'ipv6');
  return payloadBytes(mtuBytesOf(address), isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** What the system says of its interfaces. */
export interface InterfaceSource {
  interfaces: typeof networkInterfaces;
  /** Text of /sys/class/net/NAME/mtu; throws when there is none. */
  readMtu: (name: string) => string;
}

const systemInterfaces: InterfaceSource = {
  interfaces: networkInterfaces,
  readMtu: (name) => readFileSync(`/sys/class/net/${name}/mtu`, 'utf8'),
};

function interfaceOf(address: string, source: InterfaceSource): string | null {
  const all = Object.entries(source.interfaces()).flatMap(([name, entries]) =>
    (entries ?? []).map((entry) => ({ name, entry })),
  );
  const exact = all.find(({ entry }) => entry.address === address);
  if (exact !== undefined) return exact.name;
  // Linux takes every address of a loopback prefix for its own.
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const holding = all.find(({ entry }) => {
    if (!entry.internal || entry.cidr === null || isIPv6(entry.address) !== isIPv6(address)) return false;
    const prefix = new BlockList();
    prefix.addSubnet(entry.address, Number(entry.cidr.split('/')[1]), family);
    return prefix.check(address, family);
  });
  return holding?.name ?? null;
}

function readMtuBytes(address: string, source: InterfaceSource): number {
  try {
    const name = interfaceOf(address, source);
    const mtuBytes = name === null ? Number.NaN : Number(source.readMtu(name));
    // RFC 791: every network carries 68 bytes; whatever says less is no MTU.
    return mtuBytes >= 68 ? Math.min(mtuBytes, largestMtuBytes) : fallbackMtuBytes;
  } catch {
    return fallbackMtuBytes;
  }
}

/** MTU in bytes of the interface with an address of this machine, read anew each minute. */
export function createInterfaceMtus(
  clock: Clock,
  source: InterfaceSource = systemInterfaces,
): (address: string) => number {
  const known = new Map<string, { mtuBytes: number; untilMs: number }>();
  return (address) => {
    const nowMs = clock.monotonicMs();
    const before = known.get(address);
    if (before !== undefined && nowMs < before.untilMs) return before.mtuBytes;
    const mtuBytes = readMtuBytes(address, source);
    known.set(address, { mtuBytes, untilMs: nowMs + rereadAfterMs });
    return mtuBytes;
  };
}
