import { z } from 'zod';
import { ObjectRef } from './object-ref.ts';

/** Fixed ids: reports, metrics, runbooks and the scoreboard use them. */
export const CauseId = z.enum([
  'cni-agent-not-scheduled',
  'cni-agent-crash',
  'cni-not-initialized',
  'stale-cni-state',
  'cni-rbac-or-cert-expired',
  'datastore-or-apiserver-unreachable',
  'ipam-exhausted',
  'ipam-conflict-or-overlap',
  'node-cidr-not-assigned',
  'mtu-mismatch',
  'route-missing-or-wrong',
  'overlay-blocked',
  'bgp-peer-down',
  'kube-proxy-broken',
  'node-kernel-or-host-firewall',
  'netpol-blocks-dns',
  'netpol-blocks-traffic',
  'coredns-config',
  'coredns-crash',
  'coredns-unreachable-upstream',
  'coredns-overload-or-conntrack-race',
  'dns-ndots-search',
  'service-no-endpoints',
  'node-not-ready',
  'other',
]);
export type CauseId = z.infer<typeof CauseId>;

/** One line of evidence: what was seen, where. Untrusted text (events, logs) is cut and cleaned before it gets here. */
export const Evidence = z.strictObject({
  source: z.enum(['probe', 'object', 'event', 'log', 'host']),
  text: z.string().min(1).max(400),
  ref: ObjectRef.optional(),
  atMs: z.number().int().optional(),
});
export type Evidence = z.infer<typeof Evidence>;

export const Confidence = z.enum(['high', 'medium', 'low']);
export type Confidence = z.infer<typeof Confidence>;

/** A cause as judged on the facts at hand. */
export const RankedCause = z.strictObject({
  id: CauseId,
  /** 0 to 1; ranks. */
  score: z.number().min(0).max(1),
  confidence: Confidence,
  /** What is broken: `DaemonSet kube-flannel/kube-flannel-ds`, in words that stand alone. */
  component: z.string().max(200),
  /** One sentence that says what is wrong and since when. */
  summary: z.string().min(1).max(400),
  for: z.array(Evidence).max(20),
  against: z.array(Evidence).max(20),
});
export type RankedCause = z.infer<typeof RankedCause>;

/** A check of the runbook, recorded also when it found nothing. */
export const Check = z.strictObject({
  id: z.string().max(80),
  title: z.string().max(150),
  result: z.enum(['found', 'clear', 'unknown']),
  detail: z.string().max(400),
});
export type Check = z.infer<typeof Check>;

export const Diagnosis = z.strictObject({
  causes: z.array(RankedCause).max(25),
  checks: z.array(Check).max(80),
  /** What could not be read or seen, in words. */
  unknown: z.array(z.string().max(200)).max(30),
});
export type Diagnosis = z.infer<typeof Diagnosis>;
