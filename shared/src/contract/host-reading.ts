import { z } from 'zod';

/** Linux's IFNAMSIZ leaves 15 characters. */
const interfaceName = z.string().min(1).max(15);
const amount = z.number().int().min(0).max(0xffff_ffff);

/** A network interface of the node; those that lead to a single pod are left out. */
export const HostInterface = z.strictObject({
  name: interfaceName,
  mtuBytes: z.number().int().min(0).max(65_536),
  up: z.boolean(),
  /** Reverse path filter in force (the greater of the interface's and `all`'s setting); null when it cannot be read. */
  rpFilter: z.enum(['off', 'strict', 'loose']).nullable(),
});
export type HostInterface = z.infer<typeof HostInterface>;

/** An IPv4 route of the main table; routes to single addresses are left out. */
export const HostRoute = z.strictObject({
  destination: z.cidrv4(),
  /** Null for what is on the link. */
  gateway: z.ipv4().nullable(),
  /** Null for a route that refuses or drops. */
  interface: interfaceName.nullable(),
});
export type HostRoute = z.infer<typeof HostRoute>;

/**
 * What an agent on the node's own network reads of its kernel, without any capability. Null: it could not be read.
 */
export const HostReading = z.strictObject({
  /** net.ipv4.ip_forward */
  ipForward: z.boolean().nullable(),
  /** net.bridge.bridge-nf-call-iptables; `not-loaded` without br_netfilter. */
  bridgeNetfilter: z.enum(['on', 'off', 'not-loaded']).nullable(),
  interfaces: z.array(HostInterface).max(64),
  routes: z.array(HostRoute).max(1500).nullable(),
  /** Connections tracked, and the most the kernel tracks. */
  conntrack: z.strictObject({ count: amount, max: amount }).nullable(),
  /** IPv4 neighbours known, and the most the kernel keeps (gc_thresh3). */
  neighbours: z.strictObject({ entries: amount, max: amount }).nullable(),
  /** What kube-proxy's healthz on the node says; `not-listening` also where another program does its work. */
  kubeProxy: z.enum(['healthy', 'unhealthy', 'not-listening']).nullable(),
});
export type HostReading = z.infer<typeof HostReading>;
