import { type FailedRequirement, failedRequirements, satisfiesRequiredAffinity } from './node-affinity.ts';
import type { DaemonSetRecord, NodeRecord, Taint } from './records.ts';
import { automaticTolerations, formatTaint, untolerated } from './tolerations.ts';

/** One thing in the pod template that keeps the DaemonSet off a node. */
export type Obstacle =
  | { reason: 'node-selector'; key: string; wants: string; has: string | null }
  | { reason: 'affinity'; failed: FailedRequirement[] }
  | { reason: 'taint'; taint: Taint };

/** Where the DaemonSet controller would want a pod; `obstacles` holds every reason, not only the first. */
export type Placement =
  | { runs: 'yes' }
  | { runs: 'no'; obstacles: Obstacle[] }
  /** The template holds something that is not understood here. */
  | { runs: 'unknown'; why: string };

/**
 * Whether the DaemonSet's own template lets it run on that node.
 * Follows pkg/controller/daemon, NodeShouldRunDaemonPod: nodeSelector, required node affinity, and taints against the
 * template's tolerations plus the automatic ones. A cordoned node is no obstacle: its taint is tolerated automatically.
 */
export function shouldRunOn(daemonSet: DaemonSetRecord, node: NodeRecord): Placement {
  const { template } = daemonSet;
  const obstacles: Obstacle[] = [];
  for (const [key, wants] of Object.entries(template.nodeSelector)) {
    const has = Object.hasOwn(node.meta.labels, key) ? (node.meta.labels[key] ?? null) : null;
    if (has !== wants) obstacles.push({ reason: 'node-selector', key, wants, has });
  }
  const affinity = satisfiesRequiredAffinity(template.requiredNodeAffinity, node);
  if (affinity === false) {
    obstacles.push({ reason: 'affinity', failed: failedRequirements(template.requiredNodeAffinity, node) });
  }
  const tolerations = [...template.tolerations, ...automaticTolerations(template.hostNetwork)];
  for (const taint of untolerated(node.taints, tolerations)) obstacles.push({ reason: 'taint', taint });
  if (obstacles.length > 0) return { runs: 'no', obstacles };
  if (affinity === null)
    return { runs: 'unknown', why: 'required node affinity is of a form not known here' };
  return { runs: 'yes' };
}

/** An obstacle in words: `nodeSelector net=on, the node has no label net`. */
export function formatObstacle(obstacle: Obstacle): string {
  switch (obstacle.reason) {
    case 'node-selector': {
      const has =
        obstacle.has === null ? `has no label ${obstacle.key}` : `has ${obstacle.key}=${obstacle.has}`;
      return `nodeSelector ${obstacle.key}=${obstacle.wants}, the node ${has}`;
    }
    case 'affinity':
      return `required node affinity ${obstacle.failed.map(({ text }) => text).join(', ')}`;
    case 'taint':
      return `taint ${formatTaint(obstacle.taint)} is not tolerated`;
  }
}
