import { formatIpv4, parseCidr } from '../apiserver/ipv4.ts';

/** host-local's answer for one pod. */
export type Allocation = { type: 'address'; address: string } | { type: 'exhausted'; range: string };

/** Addresses of one node's pod CIDR, handed out round robin as host-local does; the first is the bridge's. */
export interface NodeIpam {
  allocate(owner: string): Allocation;
  release(owner: string): void;
  /** Reserves every free address for nobody: leaked reservations. */
  leakAll(): void;
  /** Removes leaked reservations. */
  clearLeaks(): void;
  free(): number;
}

const LEAK = 'leaked';

export function createNodeIpam(podCidr: string): NodeIpam {
  const cidr = parseCidr(podCidr);
  if (cidr === undefined) throw new Error(`${podCidr} is not an IPv4 range`);
  const first = cidr.base + 2;
  const last = cidr.base + 2 ** (32 - cidr.bits) - 2;
  const size = last - first + 1;
  const owners = new Map<number, string>();
  let next = first;
  return {
    allocate(owner) {
      for (let step = 0; step < size; step += 1) {
        const candidate = first + ((next - first + step) % size);
        if (owners.has(candidate)) continue;
        owners.set(candidate, owner);
        next = candidate + 1;
        return { type: 'address', address: formatIpv4(candidate) };
      }
      return { type: 'exhausted', range: `${formatIpv4(cidr.base + 1)}-${formatIpv4(last)}` };
    },
    release(owner) {
      for (const [address, known] of owners) if (known === owner) owners.delete(address);
    },
    leakAll() {
      for (let address = first; address <= last; address += 1)
        if (!owners.has(address)) owners.set(address, LEAK);
    },
    clearLeaks() {
      for (const [address, known] of owners) if (known === LEAK) owners.delete(address);
    },
    free: () => size - owners.size,
  };
}
