import { z } from 'zod';
import type { Lab } from '../lab.ts';
import { quickly } from './change-objects.ts';

const Node = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z
    .object({
      podCIDR: z.string().optional(),
      taints: z
        .array(z.object({ key: z.string(), effect: z.string(), value: z.string().optional() }))
        .default([]),
    })
    .default({ taints: [] }),
  status: z.object({
    conditions: z
      .array(
        z.object({
          type: z.string(),
          status: z.string(),
          reason: z.string().default(''),
          message: z.string().default(''),
        }),
      )
      .default([]),
  }),
});

export interface LabNode {
  name: string;
  labels: Record<string, string>;
  /** Null while none is assigned. */
  podCidr: string | null;
  ready: boolean;
  /** Reason and message of the condition Ready. */
  said: string;
}

function parse(node: z.infer<typeof Node>): LabNode {
  const ready = node.status.conditions.find((condition) => condition.type === 'Ready');
  return {
    name: node.metadata.name,
    labels: node.metadata.labels,
    podCidr: node.spec.podCIDR ?? null,
    ready: ready?.status === 'True',
    said: ready === undefined ? 'no condition' : `Ready=${ready.status} ${ready.reason}: ${ready.message}`,
  };
}

/** Node objects, running or not. */
export async function allNodes(lab: Lab): Promise<LabNode[]> {
  const output = await lab.kubectl(['get', 'node', '-o', 'json'], quickly);
  return z
    .object({ items: z.array(Node) })
    .parse(JSON.parse(output))
    .items.map(parse);
}

export async function oneNode(lab: Lab, name: string): Promise<LabNode> {
  return parse(Node.parse(JSON.parse(await lab.kubectl(['get', 'node', name, '-o', 'json'], quickly))));
}

/** Null when the cluster does not know the node. */
export async function knownNode(lab: Lab, name: string): Promise<LabNode | null> {
  const output = await lab.kubectl(['get', 'node', name, '--ignore-not-found', '-o', 'json'], quickly);
  return output.trim() === '' ? null : parse(Node.parse(JSON.parse(output)));
}

/** Rejects when the node has no pod range. */
export async function podRange(lab: Lab, name: string): Promise<string> {
  const { podCidr } = await oneNode(lab, name);
  if (podCidr === null) throw new Error(`${name} has no pod range`);
  return podCidr;
}
