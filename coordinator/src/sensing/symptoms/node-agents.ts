import type { AgentOnNode } from '../../facts/cni-coverage.ts';
import { cniCoverage } from '../../facts/cni-coverage.ts';
import { formatObstacle } from '../../facts/daemonset-placement.ts';
import { kubeProxyCoverage } from '../../facts/kube-proxy-coverage.ts';
import { nodeDown } from '../../facts/node-down.ts';
import type { PodTrouble } from '../../facts/pod-trouble.ts';
import { lastChangeOf } from '../../facts/recent-changes.ts';
import type { DaemonSetRecord } from '../../facts/records.ts';
import { judgedNodes } from '../judged-nodes.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded, nameNodes } from './observation.ts';

/** `firm`: says by itself that something is wrong. `passing`: normal for a while in a roll-out or at a node's start. */
type Lack =
  | { weight: 'firm'; how: 'excluded' | 'crashing'; text: string }
  | { weight: 'passing'; text: string };

interface Lacking {
  node: string;
  lack: Lack;
  daemonSet: DaemonSetRecord;
}

/** S4: nodes without a working CNI agent or kube-proxy, by kind of agent. */
export function nodeAgents(observation: Observation): Observed[] {
  const { facts } = observation;
  const judged = new Set(judgedNodes(facts));
  const kinds = [
    ...cniCoverage(facts).map(({ flavour, nodes }) => ({ name: flavour, nodes })),
    { name: 'kube-proxy', nodes: kubeProxyCoverage(facts).filter((on) => !isOldChoice(on, observation)) },
  ];
  return kinds.flatMap(({ name, nodes }) => {
    const lacking = nodes
      .filter((entry) => judged.has(entry.node.meta.name))
      .flatMap((entry) => lackOf(entry, observation));
    return ofKind(name, lacking, observation);
  });
}

const dayMs = 24 * 3_600_000;

/** Nodes can do without kube-proxy (eBPF there instead): only where it was taken away lately is it missed. */
function isOldChoice(on: AgentOnNode, { nowMs }: Observation): boolean {
  if (on.state !== 'excluded') return false;
  const { meta } = on.daemonSet;
  const changes = ['nodeSelector', 'affinity', 'tolerations'].flatMap(
    (field) => lastChangeOf(meta, field) ?? [],
  );
  const tainted = on.obstacles.every(({ reason }) => reason === 'taint');
  return tainted || !changes.some(({ atMs }) => nowMs - atMs < dayMs);
}

/** An agent may crash once while its node or the API server restarts. */
const toleratedRestarts = 1;

function lackOf(entry: AgentOnNode, { nowMs, settings }: Observation): Lacking[] {
  const node = entry.node.meta.name;
  // On a new node all of this is normal for a while; what still is wrong then is seen then.
  if (nowMs - entry.node.meta.createdMs < settings.youngNodeMs) return [];
  // What a kubelet said that no longer reports is old; that it does not is a symptom of its own.
  const isSilent = nodeDown(entry.node)?.silent === true;
  switch (entry.state) {
    case 'ready':
    case 'unknown':
      return [];
    case 'excluded': {
      const text = `not wanted on ${node}: ${entry.obstacles.map(formatObstacle).join('; ')}`;
      return [{ node, daemonSet: entry.daemonSet, lack: { weight: 'firm', how: 'excluded', text } }];
    }
    case 'missing':
      if (isSilent) return [];
      return [{ node, daemonSet: entry.daemonSet, lack: { weight: 'passing', text: `no pod on ${node}` } }];
    case 'unhealthy': {
      if (isSilent) return [];
      const { trouble, pod, daemonSet } = entry;
      const text = `${pod.meta.name} on ${node}: ${trouble.reason}, ${trouble.restarts} restarts`;
      const lack: Lack = isFirm(trouble)
        ? { weight: 'firm', how: 'crashing', text }
        : { weight: 'passing', text };
      return [{ node, daemonSet, lack }];
    }
  }
}

function isFirm({ kind, restarts }: PodTrouble): boolean {
  switch (kind) {
    case 'crash-loop':
    case 'oom':
      return restarts > toleratedRestarts;
    case 'image':
    case 'container-config':
      return true;
    case 'not-ready':
    case 'unschedulable':
      return false;
  }
}

function ofKind(name: string, lacking: readonly Lacking[], observation: Observation): Observed[] {
  const firm = lacking.filter(({ lack }) => lack.weight === 'firm');
  const passing = lacking.filter(({ lack }) => lack.weight === 'passing');
  const { settings } = observation;
  return [
    ...(firm.length === 0
      ? []
      : [symptomOf(`cni-agents:${name}`, firm, settings.clusterHoldMs, observation)]),
    // A key of its own for each node: a long roll-out passes through the nodes, each of them for a short time.
    ...passing
      .slice(0, 20)
      .map((one) => symptomOf(`cni-agents:${name}:${one.node}`, [one], settings.rolloutHoldMs, observation)),
  ];
}

function symptomOf(
  key: string,
  lacking: readonly Lacking[],
  holdMs: number,
  { nowMs }: Observation,
): Observed {
  const nodes = lacking.map(({ node }) => node).toSorted();
  const sets = [...new Map(lacking.map(({ daemonSet }) => [daemonSet.meta.uid, daemonSet])).values()];
  const name = sets[0]?.meta.name ?? 'node agent';
  const crashing = lacking.some(({ lack }) => lack.weight === 'firm' && lack.how === 'crashing');
  return {
    holdMs,
    symptom: bounded({
      kind: 'cni-agents',
      key,
      scope: { type: 'nodes', nodes: nodes.slice(0, 200) },
      component: null,
      headline: crashing
        ? `${name} keeps failing on ${nameNodes(nodes)}`
        : `${name} does not run on ${nameNodes(nodes)}`,
      sinceMs: nowMs,
      lines: [
        ...sets.map(
          ({ meta, ready, desired }) =>
            `DaemonSet ${meta.namespace}/${meta.name}: ${ready} of ${desired} wanted pods ready`,
        ),
        ...lacking.slice(0, 8).map(({ lack }) => lack.text),
      ],
      affected: {
        nodes,
        namespaces: [],
        objects: sets.map(({ meta }) => ({
          kind: 'DaemonSet',
          namespace: meta.namespace,
          name: meta.name,
          uid: meta.uid,
        })),
      },
      pathIds: [],
      lossRate: null,
    }),
  };
}
