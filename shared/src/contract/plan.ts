import { z } from 'zod';
import { AgentMode, ObjectName } from './identity.ts';

/** A path's identity, stable across plan versions: `kind|protocol|from|to`, e.g. `pod|tcp|node1/pod|node2/pod`. */
export const PathId = z.string().min(3).max(300);

const port = z.number().int().min(1).max(65535);
/** Only IP literals: no resolver and no happy eyeballs between the probe and its path. */
const address = z.union([z.ipv4(), z.ipv6()]);

const Timing = {
  pathId: PathId,
  address,
  port,
  intervalMs: z.number().int().min(100).max(600_000),
  timeoutMs: z.number().int().min(50).max(10_000),
};

/** A keyed exchange with a responder over TCP, HTTP or UDP. `expect` null accepts any responder (a Service with many backends). */
export const KeyedProbe = z.strictObject({
  ...Timing,
  protocol: z.enum(['tcp', 'http', 'udp']),
  expect: z.union([z.strictObject({ podUid: z.string().max(64) }), z.null()]),
});
export type KeyedProbe = z.infer<typeof KeyedProbe>;

/** A DNS question to one server address. */
export const DnsProbe = z.strictObject({
  ...Timing,
  protocol: z.literal('dns'),
  transport: z.enum(['udp', 'tcp']),
  /** Absolute name; with `unique` the agent puts a random label before it, so that no cache answers. */
  name: z.string().min(1).max(253),
  type: z.enum(['A', 'AAAA']),
  unique: z.boolean(),
  expect: z.enum(['answer', 'nxdomain']),
});
export type DnsProbe = z.infer<typeof DnsProbe>;

/**
 * Keyed exchanges with packets as large as the interface allows, or 64 KiB over TCP, first in one direction and then in
 * the other; when they vanish, with small ones, and over UDP with sizes in between. `port` is the responder's of the
 * transport. Only for agents that are known to speak it: others refuse the whole plan.
 */
export const MtuProbe = z.strictObject({
  ...Timing,
  protocol: z.literal('mtu'),
  transport: z.enum(['udp', 'tcp']),
  expect: z.union([z.strictObject({ podUid: z.string().max(64) }), z.null()]),
});
export type MtuProbe = z.infer<typeof MtuProbe>;

export const ProbeSpec = z.discriminatedUnion('protocol', [KeyedProbe, DnsProbe, MtuProbe]);
export type ProbeSpec = z.infer<typeof ProbeSpec>;

/**
 * A bounded extra round that somebody waits for: `count` fresh probes (new 5-tuples) a path, spread over `spreadMs`.
 * Results carry `nonce` back; that is how a verification pass knows its own probes.
 */
export const CheckSpec = z.strictObject({
  nonce: z.string().min(8).max(64),
  count: z.number().int().min(1).max(200),
  spreadMs: z.number().int().min(0).max(30_000),
  probes: z.array(ProbeSpec).max(500),
});
export type CheckSpec = z.infer<typeof CheckSpec>;

/** Shared probe key: responders answer only requests authenticated with one of the keys they know. */
export const ProbeKey = z.strictObject({
  id: z.string().min(1).max(32),
  secret: z.string().min(16).max(128),
});
export type ProbeKey = z.infer<typeof ProbeKey>;

/** What one agent has to do until a newer version arrives. */
export const AgentPlan = z.strictObject({
  schema: z.literal(1),
  /** Opaque; compared for equality only. */
  version: z.string().min(1).max(64),
  node: ObjectName,
  mode: AgentMode,
  windowMs: z.number().int().min(500).max(60_000),
  /** Accepted by the responder; the first one is used for sending. */
  keys: z.array(ProbeKey).min(1).max(3),
  probes: z.array(ProbeSpec).max(2000),
  checks: z.array(CheckSpec).max(20),
});
export type AgentPlan = z.infer<typeof AgentPlan>;
