import type { Situation } from '../facts/cluster-facts.ts';
import { type AgentOnNode, cniCoverage } from '../facts/cni-coverage.ts';
import { speaksOfNetwork } from '../facts/node-down.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { isActive } from '../facts/pod-lookups.ts';
import type { Condition, NodeRecord } from '../facts/records.ts';
import { evidence } from './evidence.ts';
import type { LogWish } from './runbook.ts';
import { affectedNodes, concernsNodes } from './symptom-scope.ts';
import type { Weighed } from './weigh.ts';

/** Ready=False that speaks of the network only, or NetworkUnavailable=True. */
export function networkCondition(node: NodeRecord): Condition | null {
  const found = node.conditions.find(
    (one) => speaksOfNetwork(one) || (one.type === 'NetworkUnavailable' && one.status === 'True'),
  );
  return found ?? null;
}

/** Where the CNI fails by the objects' own state, on the nodes that the incident is about. */
export interface CniTrouble {
  nodes: string[];
  /** What fits any reason for which a CNI fails: it makes a message believable, and alone says nothing. */
  weighed: Weighed[];
}

function agentTrouble(situation: Situation): (Weighed & { node: string })[] {
  return cniCoverage(situation.facts)
    .flatMap(({ nodes }) => nodes)
    .filter((on): on is Extract<AgentOnNode, { state: 'unhealthy' }> => on.state === 'unhealthy')
    .filter((on) => concernsNodes(situation, [on.node.meta.name]))
    .map(({ node, pod, trouble }) => ({
      node: node.meta.name,
      weight: trouble.kind === 'not-ready' ? 0.2 : 0.35,
      evidence: evidence(
        'object',
        `${pod.meta.name} on ${node.meta.name}: ${trouble.reason}, ${trouble.restarts} restarts`,
        { ref: refOf('Pod', pod.meta) },
      ),
    }));
}

function nodeTrouble(situation: Situation): (Weighed & { node: string })[] {
  return situation.facts.nodes
    .filter(({ meta }) => concernsNodes(situation, [meta.name]))
    .flatMap((node) => {
      const condition = networkCondition(node);
      if (condition === null) return [];
      const text = `${node.meta.name} ${condition.type}=${condition.status}: ${condition.message || condition.reason}`;
      const ref = refOf('Node', node.meta);
      return [{ node: node.meta.name, weight: 0.2, evidence: evidence('object', text, { ref }) }];
    });
}

function waitingPods(situation: Situation): (Weighed & { node: string })[] {
  const { facts } = situation;
  const waiting = facts.pods.filter(
    (pod) =>
      isActive(pod) && pod.scheduled && pod.phase === 'Pending' && !pod.hostNetwork && pod.ips.length === 0,
  );
  return [...Map.groupBy(waiting, ({ nodeName }) => nodeName)]
    .filter(([node]) => node !== '' && concernsNodes(situation, [node]))
    .map(([node, pods]) => ({
      node,
      weight: 0.25,
      evidence: evidence(
        'object',
        `${pods.length} ${pods.length === 1 ? 'pod' : 'pods'} on ${node} without an address`,
      ),
    }));
}

export function cniTrouble(situation: Situation): CniTrouble {
  const all = [agentTrouble(situation), nodeTrouble(situation), waitingPods(situation)];
  const nodes = [...new Set(all.flat().map(({ node }) => node))].toSorted();
  // More of the same kind is the same finding once more.
  const weighed = all.flatMap((kind) =>
    kind.slice(0, 2).map((one, at) => (at === 0 ? one : { ...one, weight: 0.1 })),
  );
  return { nodes, weighed: weighed.map(({ weight, evidence: line }) => ({ weight, evidence: line })) };
}

/** Logs of CNI agents that call themselves ready, on the nodes that the incident is about; those of others are asked for anyway. */
export function cniLogWishes(situation: Situation): LogWish[] {
  const nodes = affectedNodes(situation);
  if (nodes === null) return [];
  return cniCoverage(situation.facts)
    .flatMap((coverage) => coverage.nodes)
    .flatMap((on) => {
      if (on.state !== 'ready' || !nodes.has(on.node.meta.name)) return [];
      const { namespace, name } = on.pod.meta;
      return [{ namespace, pod: name, previous: false }];
    })
    .slice(0, 2);
}
