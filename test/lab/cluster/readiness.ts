import { z } from 'zod';

const List = z.object({ items: z.array(z.unknown()) });
const NodeObject = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), lastHeartbeatTime: z.string().optional() }))
      .default([]),
  }),
});
const Workload = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string(), generation: z.number() }),
  spec: z.object({ replicas: z.number().default(1) }),
  status: z.object({
    observedGeneration: z.number().default(0),
    updatedReplicas: z.number().default(0),
    availableReplicas: z.number().default(0),
    desiredNumberScheduled: z.number().optional(),
    updatedNumberScheduled: z.number().default(0),
    numberAvailable: z.number().default(0),
  }),
});

/**
 * Those of `wanted` that are not Ready, of the answer to a list of Nodes. What was said before `sinceMs` (a time of this
 * machine) does not count: for most of a minute the API server takes a node that is gone for Ready.
 */
export function unreadyNodes(answer: string, wanted: readonly string[], sinceMs = 0): string[] {
  const ready = List.parse(JSON.parse(answer)).items.flatMap((item) => {
    const { metadata, status } = NodeObject.parse(item);
    const condition = status.conditions.find(({ type }) => type === 'Ready');
    // Heartbeats have whole seconds.
    const heardMs = Date.parse(condition?.lastHeartbeatTime ?? '') + 999;
    return condition?.status === 'True' && (sinceMs === 0 || heardMs >= sinceMs) ? [metadata.name] : [];
  });
  return wanted.filter((node) => !ready.includes(node));
}

/**
 * Those of `wanted` (`namespace/name`) that are not rolled out, of the answer to a list of DaemonSets or Deployments, each
 * with how far it is. A DaemonSet is done with a pod on each of `nodes` nodes: it does not count a node yet that has just
 * come, and still counts one that was taken away.
 */
export function unreadyWorkloads(answer: string, wanted: readonly string[], nodes: number): string[] {
  return List.parse(JSON.parse(answer)).items.flatMap((item) => {
    const { metadata, spec, status } = Workload.parse(item);
    const name = `${metadata.namespace}/${metadata.name}`;
    if (!wanted.includes(name)) return [];
    const perNode = status.desiredNumberScheduled !== undefined;
    const pods = perNode ? nodes : spec.replicas;
    const updated = perNode ? status.updatedNumberScheduled : status.updatedReplicas;
    const available = perNode ? status.numberAvailable : status.availableReplicas;
    const done = metadata.generation === status.observedGeneration && updated >= pods && available >= pods;
    return done ? [] : [`${name} ${Math.min(updated, available)}/${pods}`];
  });
}
