/**
 * Where everything of a simulated cluster lives on loopback. `block` keeps clusters that run side by side apart: block b uses
 * 127.(40 + 3b).0.0/16 for nodes, the next /16 for pods (a /24 a node) and the third for Services.
 */
export interface AddressPlan {
  nodeAddress(index: number): string;
  podCidr(index: number): string;
  podNetwork: string;
  /** Services are `${servicePrefix}N`. */
  servicePrefix: string;
  dnsServiceAddress: string;
  nodeNetwork: string;
}

export function createAddressPlan(block = 0): AddressPlan {
  const first = 40 + block * 3;
  if (!Number.isInteger(block) || block < 0 || first + 2 > 254)
    throw new Error(`no loopback addresses for block ${block}`);
  return {
    nodeAddress: (index) => `127.${first}.0.${index}`,
    podCidr: (index) => `127.${first + 1}.${index}.0/24`,
    podNetwork: `127.${first + 1}.0.0/16`,
    servicePrefix: `127.${first + 2}.0.`,
    dnsServiceAddress: `127.${first + 2}.0.10`,
    nodeNetwork: `127.${first}.0.0/16`,
  };
}
