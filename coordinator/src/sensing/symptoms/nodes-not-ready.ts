import { refOf } from '../../facts/object-ref-of.ts';
import { nodeDown } from '../../facts/node-down.ts';
import { isActive } from '../../facts/pod-lookups.ts';
import { judgedNodes } from '../judged-nodes.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded, clip } from './observation.ts';

/**
 * S5: nodes whose kubelet no longer reports, or reports itself as broken. Held for as long as a node that went silent:
 * a reboot and an autoscaler look the same for a while. A network that is not ready is a symptom of its own.
 */
export function nodesNotReady(observation: Observation): Observed[] {
  const { facts, nowMs, settings } = observation;
  const judged = new Set(judgedNodes(facts));
  return facts.nodes.flatMap((node): Observed[] => {
    const { name, createdMs } = node.meta;
    const down = nodeDown(node);
    if (down === null || !judged.has(name) || nowMs - createdMs < settings.youngNodeMs) return [];
    const pods = facts.pods.filter((pod) => pod.nodeName === name && isActive(pod));
    const silent = observation.silentNodes.has(name);
    return [
      {
        holdMs: settings.nodeGoneHoldMs,
        symptom: bounded({
          kind: 'node-network',
          key: `node-not-ready:${name}`,
          scope: { type: 'nodes', nodes: [name] },
          component: null,
          headline: down.silent ? `The kubelet of ${name} no longer reports` : `${name} is not ready`,
          sinceMs: Math.min(nowMs, down.condition.sinceMs),
          lines: [
            clip(
              `${name} Ready=${down.condition.status} ${down.condition.reason}: ${down.condition.message}`,
              250,
            ),
            ...down.pressure.map((type) => `${name} reports ${type}`),
            silent ? `No agent on ${name} reports any more` : `Agents on ${name} still report`,
            `${pods.length} pods on ${name}`,
          ],
          affected: { nodes: [name], namespaces: [], objects: [refOf('Node', node.meta)] },
          pathIds: [],
          lossRate: null,
        }),
      },
    ];
  });
}
