import { z } from 'zod';

/**
 * How an agent process runs: `pod` on the pod network, `host` on the node's own network (the twin that
 * separates underlay from CNI), `canary` inside a workload namespace, under that namespace's policies.
 */
export const AgentMode = z.enum(['pod', 'host', 'canary']);
export type AgentMode = z.infer<typeof AgentMode>;

/** DNS-1123 subdomain as Kubernetes uses it for node and namespace names. */
export const ObjectName = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);

/** Who an agent says it is. The coordinator checks node and pod against the token before it believes it. */
export const AgentIdentity = z.strictObject({
  node: ObjectName,
  mode: AgentMode,
  namespace: ObjectName,
  podName: ObjectName,
  podUid: z.string().min(1).max(64),
  /** New at each process start: orders reports together with `seq`. */
  bootId: z.string().min(8).max(64),
});
export type AgentIdentity = z.infer<typeof AgentIdentity>;

/** What a responder answers a keyed probe with: enough to tell whether the right pod answered. */
export const ResponderIdentity = z.strictObject({
  node: z.string().max(253),
  mode: AgentMode,
  podUid: z.string().max(64),
});
export type ResponderIdentity = z.infer<typeof ResponderIdentity>;
