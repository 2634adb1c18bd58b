import type { Json } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { ClusterFacts, Situation } from '../facts/cluster-facts.ts';
import { formatObstacle, type Obstacle, shouldRunOn } from '../facts/daemonset-placement.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { type Change, changedBefore, lastChangeOf } from '../facts/recent-changes.ts';
import type { Taint } from '../facts/records.ts';
import type { AbsentAgents } from './absent-agents.ts';
import { clip } from './evidence.ts';
import { nameNodes } from './name-nodes.ts';
import type { Remedy } from './runbook.ts';
import { troubleSinceMs } from './symptom-scope.ts';

const PLATFORM = /^(beta\.)?kubernetes\.io\/(os|arch)$/;
/** Taints of nodes that are on their way out: nothing new should start there. */
const LEAVING =
  /^(ToBeDeletedByClusterAutoscaler|DeletionCandidateOfClusterAutoscaler|node\.kubernetes\.io\/out-of-service|karpenter\.sh\/disrupted)/;

type Edit =
  | { type: 'selector'; keys: string[]; affinityKeys: string[] }
  | { type: 'tolerations'; taints: Taint[] }
  | { type: 'none'; why: string };

function unique<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

function obstaclesOf(absent: AbsentAgents): Obstacle[] {
  return absent.onNodes.flatMap(({ obstacles }) => obstacles);
}

/** What in the template has to go, by the obstacles of all nodes together: those keys and taints, and no others. */
function editFor(absent: AbsentAgents): Edit {
  const obstacles = obstaclesOf(absent);
  const keys = new Set(obstacles.flatMap((one) => (one.reason === 'node-selector' ? [one.key] : [])));
  const affinityKeys = new Set(
    obstacles.flatMap((one) => (one.reason === 'affinity' ? one.failed.map(({ key }) => key) : [])),
  );
  const taints = unique(
    obstacles.flatMap((one) => (one.reason === 'taint' ? [one.taint] : [])),
    ({ key, effect }) => `${key}:${effect}`,
  );
  if ([...keys, ...affinityKeys].some((key) => PLATFORM.test(key) || key === 'metadata.name')) {
    return { type: 'none', why: 'it excludes them by operating system, architecture or name' };
  }
  if (taints.some(({ key }) => LEAVING.test(key)))
    return { type: 'none', why: 'the node is being taken out of service' };
  if (keys.size + affinityKeys.size > 0 && taints.length > 0) {
    return { type: 'none', why: 'both a selector and a taint keep it away' };
  }
  if (taints.length > 0) return { type: 'tolerations', taints };
  return { type: 'selector', keys: [...keys], affinityKeys: [...affinityKeys] };
}

/** Nodes that would get the agent though they do not need it (other system, other CNI, another variant): those keys are needed. */
function strays(
  facts: ClusterFacts,
  absent: AbsentAgents,
  edit: Extract<Edit, { type: 'selector' }>,
): string[] {
  const { daemonSet } = absent;
  const nodeSelector = Object.fromEntries(
    Object.entries(daemonSet.template.nodeSelector).filter(([key]) => !edit.keys.includes(key)),
  );
  const requiredNodeAffinity = edit.affinityKeys.length > 0 ? null : daemonSet.template.requiredNodeAffinity;
  const after = { ...daemonSet, template: { ...daemonSet.template, nodeSelector, requiredNodeAffinity } };
  return facts.nodes
    .filter((node) => !absent.nodes.includes(node.meta.name))
    .filter((node) => shouldRunOn(after, node).runs === 'yes' && shouldRunOn(daemonSet, node).runs === 'no')
    .map(({ meta }) => meta.name);
}

const FIELD: Record<Obstacle['reason'], string> = {
  'node-selector': 'nodeSelector',
  affinity: 'affinity',
  taint: 'tolerations',
};

/** The last write to the field that keeps the agent away; null when managedFields show none after the creation. */
export function placementChange(absent: AbsentAgents): Change | null {
  const reason = obstaclesOf(absent)[0]?.reason;
  if (reason === undefined) return null;
  return lastChangeOf(absent.daemonSet.meta, FIELD[reason]);
}

function whyWords(situation: Situation, absent: AbsentAgents): string {
  const reasons = [...new Set(obstaclesOf(absent).map(formatObstacle))].join('; ');
  const changed = changedBefore(placementChange(absent), troubleSinceMs(situation));
  const excludes = `${absent.agent} is kept off ${nameNodes(absent.nodes)} and off no other node that needs it: ${reasons}.`;
  return clip(changed === '' ? excludes : `${excludes} It was ${changed}.`, 600);
}

function escalation(situation: Situation, absent: AbsentAgents, why: string, options: string[]): Remedy {
  const title = `${absent.agent} does not run on ${nameNodes(absent.nodes)}`;
  const known = obstaclesOf(absent).length > 0 ? ` ${whyWords(situation, absent)}` : '';
  return {
    type: 'escalate',
    escalation: {
      cause: absent.agent === 'kube-proxy' ? 'kube-proxy-broken' : 'cni-agent-not-scheduled',
      title: clip(title, 200),
      why: clip(`${why}.${known}`, 800),
      options: options.map((option) => clip(option, 400)),
    },
  };
}

function selectorWords(absent: AbsentAgents, edit: Extract<Edit, { type: 'selector' }>): string {
  const { nodeSelector } = absent.daemonSet.template;
  const selectors = edit.keys.map((key) => `nodeSelector ${key}=${nodeSelector[key] ?? ''}`);
  return [...selectors, ...edit.affinityKeys.map((key) => `required affinity on ${key}`)].join(' and ');
}

function tolerationFor({ key, effect }: Taint): Json {
  return { key, operator: 'Exists', effect };
}

function whenNotExcluded(situation: Situation, absent: AbsentAgents): Remedy {
  const name = formatRef(refOf('DaemonSet', absent.daemonSet.meta));
  if (absent.why === 'image') {
    return escalation(situation, absent, `Its image cannot be pulled there: ${absent.detail}`, [
      `Make the image available to ${nameNodes(absent.nodes)} (registry, pull secret, mirror); the pods start by themselves then.`,
      `Undo the last change of ${name} if it changed the image: kubectl -n ${absent.daemonSet.meta.namespace} rollout undo daemonset/${absent.daemonSet.meta.name}. Every agent restarts.`,
    ]);
  }
  const reason =
    absent.detail === '' ? `${name} should run there, and nothing says why it has no pod` : absent.detail;
  return escalation(situation, absent, reason, [
    'If a quota or an admission policy refuses the pod: exempt the namespace, or raise the quota; the pods are made at once then.',
    `If nothing refuses it: look at the kube-controller-manager; kubectl -n ${absent.daemonSet.meta.namespace} describe daemonset ${absent.daemonSet.meta.name}.`,
  ]);
}

/** Removes exactly the selector keys, or tolerates exactly the taints, that keep the agent off the nodes that need it. */
export function placementRemedy(situation: Situation, absent: AbsentAgents): Remedy {
  if (absent.why !== 'excluded') return whenNotExcluded(situation, absent);
  const target = refOf('DaemonSet', absent.daemonSet.meta);
  const name = formatRef(target);
  const edit = editFor(absent);
  const why = whyWords(situation, absent);
  switch (edit.type) {
    case 'none':
      return escalation(situation, absent, `No change of the catalogue is right here: ${edit.why}`, [
        'Change labels or taints of the node, or the placement of the DaemonSet, by hand.',
      ]);
    case 'tolerations': {
      const params = { add: edit.taints.map(tolerationFor) };
      const taints = edit.taints.map(({ key, effect }) => `${key}:${effect}`).join(', ');
      const title = clip(`Let ${name} tolerate ${taints}`, 200);
      return { type: 'plan', title, why, actions: [{ type: 'patch-daemonset-tolerations', target, params }] };
    }
    case 'selector': {
      const others = strays(situation.facts, absent, edit);
      const words = selectorWords(absent, edit);
      if (others.length > 0) {
        return escalation(
          situation,
          absent,
          `Without ${words} the agent would also start on ${nameNodes(others)}, which must not have it`,
          [
            `Give ${nameNodes(absent.nodes)} the label that the selector asks for, if they are meant to have the agent.`,
          ],
        );
      }
      const params = { removeKeys: edit.keys, removeAffinityKeys: edit.affinityKeys };
      const title = clip(`Remove ${words} from ${name}`, 200);
      return {
        type: 'plan',
        title,
        why,
        actions: [{ type: 'patch-daemonset-node-selector', target, params }],
      };
    }
  }
}
