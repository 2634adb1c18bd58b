import { nodeNumber } from './lab-names.ts';

// RFC 2544's range for benchmarks: no real network is hidden by it. Every lab has the same, each in namespaces of its own.

/** The bridge between the nodes; the site's name server answers there. */
export const gatewayAddress = '198.18.0.254';
export const nodePrefixLength = 24;
export const podCidr = '198.18.64.0/18';
export const serviceCidr = '198.18.32.0/20';
/** The Service `kubernetes`. */
export const apiServiceAddress = '198.18.32.1';
/** The Service `kube-dns`. */
export const dnsServiceAddress = '198.18.32.10';
export const apiPort = 6443;

/** @throws for what is no node's name */
export function nodeAddress(node: string): string {
  const number = nodeNumber(node);
  if (number === null) throw new Error(`no node of a lab is called ${node}`);
  return `198.18.0.${10 + number}`;
}
