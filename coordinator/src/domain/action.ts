import { z } from 'zod';
import { ObjectRef } from './object-ref.ts';

/** The closed catalogue. */
export const ActionType = z.enum([
  'delete-pod',
  'restart-daemonset',
  'patch-daemonset-tolerations',
  'patch-daemonset-node-selector',
  'patch-corefile',
  'restart-deployment',
  'scale-coredns',
  'patch-network-policy',
  'escalate',
]);
export type ActionType = z.infer<typeof ActionType>;

export const Json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(Json), z.record(z.string(), Json)]),
);
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What a runbook asks for: pure data. `params` is checked against the action's own schema. */
export const ActionRequest = z.strictObject({
  type: ActionType,
  target: ObjectRef,
  params: z.record(z.string(), Json),
});
export type ActionRequest = z.infer<typeof ActionRequest>;

/** RFC 6902 operation; `test` operations guard the fields that the plan was made from. */
export const JsonPatchOperation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('test'), path: z.string(), value: Json }),
  z.strictObject({ op: z.literal('add'), path: z.string(), value: Json }),
  z.strictObject({ op: z.literal('replace'), path: z.string(), value: Json }),
  z.strictObject({ op: z.literal('remove'), path: z.string() }),
]);
export type JsonPatchOperation = z.infer<typeof JsonPatchOperation>;

/** Exactly one request to the API server. */
export const Mutation = z.discriminatedUnion('verb', [
  z.strictObject({
    verb: z.literal('patch'),
    target: ObjectRef,
    patch: z.array(JsonPatchOperation).min(1).max(50),
  }),
  z.strictObject({ verb: z.literal('delete'), target: ObjectRef }),
]);
export type Mutation = z.infer<typeof Mutation>;

/** How the cluster shows that a step has taken effect; awaited before the next step. */
export const Settle = z.discriminatedUnion('type', [
  /** Nothing to wait for. */
  z.strictObject({ type: z.literal('none') }),
  /** DaemonSet or Deployment: observedGeneration caught up, all pods updated and ready. */
  z.strictObject({ type: z.literal('rollout'), target: ObjectRef, timeoutMs: z.number().int().min(1000) }),
  /** A pod with that UID is gone and its owner has as many ready pods as it wants. */
  z.strictObject({
    type: z.literal('replaced'),
    pod: ObjectRef,
    owner: ObjectRef,
    timeoutMs: z.number().int().min(1000),
  }),
  /**
   * So many pods of the cluster DNS, not counting those in `known` (UIDs), are ready and answer the agents that ask them
   * directly. Only the coordinator hears the agents: it says so in the stream (`step-proved`).
   */
  z.strictObject({
    type: z.literal('dns-answers'),
    owner: ObjectRef,
    known: z.array(z.string().max(64)).max(100),
    answering: z.number().int().min(1).max(100),
    timeoutMs: z.number().int().min(1000),
  }),
]);
export type Settle = z.infer<typeof Settle>;

/** An action worked out against the object as it is now; one step of a plan. */
export const PlannedAction = z.strictObject({
  request: ActionRequest,
  /** Verb and object, e.g. "Remove nodeSelector net=on from DaemonSet kube-flannel/kube-flannel-ds". */
  title: z.string().min(1).max(200),
  mutation: Mutation,
  /** Lines with `-`, `+` or ` ` in front; complete, never shortened here. */
  diff: z.string().max(50_000),
  /** JSON pointers of the fields that the plan read or writes; their values and the UID make the digest. */
  reads: z.array(z.string()).max(50),
  /** SHA-256 (hex) over the UID and those fields as they were when planned. */
  digest: z.string().length(64),
  /** What else it touches, in words. */
  reach: z.string().max(400),
  undo: z.string().max(400),
  preconditions: z.array(z.string().max(200)).max(10),
  settle: Settle,
  /** How a person would do it by hand (advise mode shows this). */
  byHand: z.string().max(60_000),
});
export type PlannedAction = z.infer<typeof PlannedAction>;
