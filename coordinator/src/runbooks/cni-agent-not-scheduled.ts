import { formatDuration } from '../domain/duration.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { formatObstacle } from '../facts/daemonset-placement.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { eventsOf } from '../facts/pod-lookups.ts';
import { changedBefore } from '../facts/recent-changes.ts';
import { type AbsentAgents, absentAgents } from './absent-agents.ts';
import { evidence } from './evidence.ts';
import { nameNodes } from './name-nodes.ts';
import { placementChange, placementRemedy } from './placement-remedy.ts';
import { answeredWords, nodePathsOf, podPathsOf, tally } from './probe-evidence.ts';
import type { Judgement, Runbook } from './runbook.ts';
import { concernsNodes, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'cni-agent-not-scheduled';
/** A controller needs some seconds to place pods on a new or just released node. */
const GRACE_MS = 60_000;

/** What the pod template, the controller's events and the image pulls say. */
function fromObjects(situation: Situation, absent: AbsentAgents): Weighed[] {
  const { daemonSet, nodes, onNodes, needed } = absent;
  const ref = refOf('DaemonSet', daemonSet.meta);
  const counted = `${formatRef(ref)}: pods on ${needed - nodes.length} of ${needed} nodes, none ${absent.why === 'image' ? 'running' : 'there'} on ${nameNodes(nodes)}`;
  const weighed: Weighed[] = [{ weight: 0.5, evidence: evidence('object', counted, { ref }) }];
  for (const text of new Set(onNodes.flatMap(({ obstacles }) => obstacles.map(formatObstacle)))) {
    weighed.push({ weight: 0.45, evidence: evidence('object', `${formatRef(ref)}: ${text}`, { ref }) });
  }
  if (absent.why === 'image') {
    weighed.push({
      weight: 0.5,
      evidence: evidence('object', `its image cannot be pulled there: ${absent.detail}`, { ref }),
    });
  }
  const change = placementChange(absent);
  const changed = changedBefore(change, troubleSinceMs(situation));
  if (change !== null && changed !== '') {
    weighed.push({
      weight: 0.4,
      evidence: evidence('object', `${formatRef(ref)} ${changed}`, { ref, atMs: change.atMs }),
    });
  }
  const refused = eventsOf(situation.facts, ref).find(({ reason }) => reason === 'FailedCreate');
  if (absent.why === 'missing' && refused !== undefined) {
    weighed.push({
      weight: 0.4,
      evidence: evidence('event', refused.message, { ref, atMs: refused.lastMs }),
    });
  }
  return weighed;
}

function fromNodes(situation: Situation, nodes: readonly string[]): Weighed[] {
  return situation.facts.nodes
    .filter(({ meta }) => nodes.includes(meta.name))
    .flatMap((node) =>
      node.conditions
        .filter(
          ({ type, status, message }) =>
            (type === 'NetworkUnavailable' && status === 'True') ||
            (type === 'Ready' && status !== 'True' && /cni|network plugin/i.test(message)),
        )
        .slice(0, 1)
        .map(({ type, status, message, sinceMs }) => ({
          weight: 0.3,
          evidence: evidence('object', `${node.meta.name}: ${type}=${status}: ${message}`, {
            ref: refOf('Node', node.meta),
            atMs: sinceMs,
          }),
        })),
    )
    .slice(0, 3);
}

/** Probes outrank status: they say whether the nodes without agent are the ones cut off. */
function fromProbes(situation: Situation, nodes: readonly string[]): { pro: Weighed[]; contra: Weighed[] } {
  const { network } = situation;
  if (network === null) return { pro: [], contra: [] };
  const pod = tally(nodes.flatMap((node) => podPathsOf(network, node)));
  const under = tally(nodes.flatMap((node) => nodePathsOf(network, node)));
  if (pod.failing > 0) {
    const node =
      under.failing === 0 && under.healthy > 0 ? `; node network fine, ${answeredWords(under)}` : '';
    const text = `${nameNodes(nodes)} with other nodes: pod network ${answeredWords(pod)}${node}`;
    const underlay = under.failing > under.healthy;
    const contra = underlay
      ? [
          {
            weight: 0.6,
            evidence: evidence('probe', `the node network fails there too: ${answeredWords(under)}`),
          },
        ]
      : [];
    return { pro: [{ weight: 0.5, evidence: evidence('probe', text) }], contra };
  }
  if (pod.healthy === 0) return { pro: [], contra: [] };
  const text = `pods on ${nameNodes(nodes)} reach other nodes: ${answeredWords(pod)}`;
  return { pro: [], contra: [{ weight: 0.5, evidence: evidence('probe', text) }] };
}

/** Absence for a moment is how roll-outs and new nodes look; absence for months without trouble is somebody's choice. */
function fromTime(situation: Situation, absent: AbsentAgents): Weighed[] {
  const { atMs } = situation.facts;
  const young = situation.facts.nodes.filter(
    ({ meta }) => absent.nodes.includes(meta.name) && atMs - meta.createdMs < GRACE_MS,
  );
  const changedMs = Math.max(
    absent.daemonSet.meta.createdMs,
    ...absent.daemonSet.meta.writes.map((write) => write.atMs),
  );
  if (absent.why === 'missing' && (young.length > 0 || atMs - changedMs < GRACE_MS)) {
    const text = `the DaemonSet or the node is new or was changed ${formatDuration(atMs - changedMs)} ago: a pod may still come`;
    return [{ weight: 0.6, evidence: evidence('object', text) }];
  }
  if (!concernsNodes(situation, absent.nodes)) {
    return [
      { weight: 0.7, evidence: evidence('object', `the trouble is not on ${nameNodes(absent.nodes)}`) },
    ];
  }
  return [];
}

/** The group that the incident is about; any, where it does not say. */
function absentHere(situation: Situation): AbsentAgents | undefined {
  const groups = absentAgents(situation.facts);
  return groups.find(({ nodes }) => concernsNodes(situation, nodes)) ?? groups[0];
}

function summaryOf(situation: Situation, absent: AbsentAgents): string {
  const where = nameNodes(absent.nodes);
  const start = `${absent.agent} does not run on ${where}: its DaemonSet ${formatRef(refOf('DaemonSet', absent.daemonSet.meta)).slice('DaemonSet '.length)}`;
  const changed = changedBefore(placementChange(absent), troubleSinceMs(situation));
  const since = changed === '' ? '' : ` (${changed})`;
  const reasons = [...new Set(absent.onNodes.flatMap(({ obstacles }) => obstacles.map(formatObstacle)))];
  switch (absent.why) {
    case 'excluded':
      return `${start} excludes ${absent.nodes.length === 1 ? 'it' : 'them'} by ${reasons.join('; ')}${since}.`;
    case 'image':
      return `${start} cannot pull its image there: ${absent.detail}${since}.`;
    case 'missing':
      return `${start} should run there, but has no pod${absent.detail === '' ? '' : `: ${absent.detail}`}${since}.`;
  }
}

function judge(situation: Situation): Judgement {
  const { facts } = situation;
  const unread = facts.unknown.filter(
    ({ what }) => what === 'nodes' || what === 'pods' || what === 'daemonSets',
  );
  if (unread.length > 0) {
    const why = unread.map(({ what, why: reason }) => `${what}: ${reason}`).join('; ');
    return {
      cause: null,
      checks: [check(ID, 'CNI agent missing on a node', 'unknown', why)],
      unknown: [`CNI agents: ${why}`],
    };
  }
  const absent = absentHere(situation);
  if (absent === undefined) return { cause: null, checks: [nothingAbsent(situation)], unknown: [] };
  const probes = fromProbes(situation, absent.nodes);
  const cause = weighedCause({
    id: ID,
    component: formatRef(refOf('DaemonSet', absent.daemonSet.meta)),
    summary: summaryOf(situation, absent),
    pro: [...fromObjects(situation, absent), ...fromNodes(situation, absent.nodes), ...probes.pro],
    contra: [...probes.contra, ...fromTime(situation, absent)],
  });
  const clear = (id: string, title: string, detail: string) => check(`${ID}/${id}`, title, 'clear', detail);
  const reasons = new Set(absent.onNodes.flatMap(({ obstacles }) => obstacles.map(({ reason }) => reason)));
  const checks = [
    check(ID, 'CNI agent missing on a node', 'found', summaryOf(situation, absent)),
    ...(reasons.has('taint')
      ? []
      : [clear('taints', 'Taints', `every taint of ${nameNodes(absent.nodes)} is tolerated`)]),
    ...(reasons.has('node-selector')
      ? []
      : [clear('selector', 'nodeSelector of the CNI agent', 'it excludes no node that needs the agent')]),
    ...(absent.why === 'image'
      ? []
      : [clear('image', 'Image of the CNI agent', 'no agent pod waits for its image')]),
  ];
  return { cause, checks, unknown: [] };
}

function nothingAbsent({ facts }: Situation) {
  const agents =
    facts.daemonSets.length === 0 ? 'no DaemonSet at all' : 'every node that needs a CNI agent has its pod';
  return check(ID, 'CNI agent missing on a node', 'clear', agents);
}

/** C1: the CNI's DaemonSet has no pod on nodes that need one: nodeSelector, affinity, taints, quota, image. */
export const cniAgentNotScheduled: Runbook = {
  id: ID,
  needs: ['nodes', 'pods', 'daemonSets', 'events'],
  wantsLogs: () => [],
  judge,
  remedy(situation) {
    const absent = absentHere(situation);
    return absent === undefined ? null : placementRemedy(situation, absent);
  },
};
