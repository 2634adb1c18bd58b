import { formatRef } from '../domain/object-ref.ts';
import type { ActionRequest } from '../domain/action.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { type AgentOnNode, cniCoverage } from '../facts/cni-coverage.ts';
import type { CniFlavour } from '../facts/cni-flavour.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { changedBefore, lastChangeOf } from '../facts/recent-changes.ts';
import type { DaemonSetRecord, NodeRecord } from '../facts/records.ts';
import { daemonSetRollout } from '../facts/rollouts.ts';
import { blamedElsewhere } from './blamed-elsewhere.ts';
import { configEscalation, configEvidence } from './cni-config-mismatch.ts';
import { clip, evidence } from './evidence.ts';
import { lastWords } from './last-words.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { answeredWords, podPathsOf, tally } from './probe-evidence.ts';
import type { Judgement, LogWish, Remedy, Runbook } from './runbook.ts';
import { concernsNodes, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'cni-agent-crash';

type Bad = Extract<AgentOnNode, { state: 'unhealthy' }>;

interface Crashing {
  flavour: CniFlavour;
  daemonSet: DaemonSetRecord;
  bad: Bad[];
  /** Agents of this CNI that there are. */
  total: number;
}

/** Agents that fail for a reason in the container: crash loop, out of memory, bad set-up, or not ready. */
function crashing(situation: Situation): Crashing | null {
  const groups = cniCoverage(situation.facts).flatMap((coverage) =>
    coverage.daemonSets.map((daemonSet) => ({
      flavour: coverage.flavour,
      daemonSet,
      total: coverage.nodes.length,
      bad: coverage.nodes.filter(
        (on): on is Bad =>
          on.state === 'unhealthy' &&
          on.daemonSet === daemonSet &&
          on.trouble.kind !== 'image' &&
          on.trouble.kind !== 'unschedulable',
      ),
    })),
  );
  return groups.toSorted((a, b) => b.bad.length - a.bad.length).find(({ bad }) => bad.length > 0) ?? null;
}

function nodesOf({ bad }: Crashing): string[] {
  return bad.map(({ node }) => node.meta.name);
}

function isDown(node: NodeRecord): boolean {
  return node.conditions.some(({ type, status }) => type === 'Ready' && status === 'Unknown');
}

const WEIGHT: Record<Bad['trouble']['kind'], number> = {
  'crash-loop': 0.6,
  oom: 0.65,
  'container-config': 0.55,
  'not-ready': 0.35,
  image: 0,
  unschedulable: 0,
};

function troubleWords({ pod, trouble, node }: Bad): string {
  const restarts = trouble.restarts > 0 ? `, ${trouble.restarts} restarts` : '';
  const message = trouble.message === '' ? '' : `: ${trouble.message}`;
  return `pod ${pod.meta.namespace}/${pod.meta.name} on ${node.meta.name}: ${trouble.reason}${restarts}${message}`;
}

/** Who changed what the agents are made from, shortly before; null when nobody did, or it was a remedy. */
function changeWords(situation: Situation, { daemonSet }: Crashing): string | null {
  const change = lastChangeOf(daemonSet.meta, 'containers') ?? lastChangeOf(daemonSet.meta, 'initContainers');
  const changed = changedBefore(change, troubleSinceMs(situation));
  return changed === '' || change?.manager.startsWith('pathmedic') !== false ? null : changed;
}

function changeEvidence(situation: Situation, found: Crashing): Weighed[] {
  const changed = changeWords(situation, found);
  const ref = refOf('DaemonSet', found.daemonSet.meta);
  return changed === null
    ? []
    : [{ weight: 0.3, evidence: evidence('object', `${formatRef(ref)} was ${changed}`, { ref }) }];
}

/** Not proof of anything, but what a person reads first. */
function wordsEvidence({ facts }: Situation, { bad }: Crashing): Weighed[] {
  const [first] = bad;
  const words = first === undefined ? null : lastWords(facts, first.pod.meta);
  return words === null ? [] : [{ weight: 0.05, evidence: evidence('log', `it says: ${words}`) }];
}

function proOf(situation: Situation, found: Crashing): Weighed[] {
  const { network } = situation;
  const pods = found.bad.slice(0, 3).map((bad, i) => ({
    // More pods of the same set are the same finding once more.
    weight: i === 0 ? WEIGHT[bad.trouble.kind] : 0.1,
    evidence: evidence('object', troubleWords(bad), { ref: refOf('Pod', bad.pod.meta) }),
  }));
  const paths = network === null ? null : tally(nodesOf(found).flatMap((node) => podPathsOf(network, node)));
  const probes =
    paths === null || paths.failing === 0
      ? []
      : [
          {
            weight: 0.4,
            evidence: evidence(
              'probe',
              `${nameNodes(nodesOf(found))} with other nodes: pod network ${answeredWords(paths)}`,
            ),
          },
        ];
  return [
    ...pods,
    ...configEvidence(situation),
    ...changeEvidence(situation, found),
    ...probes,
    ...wordsEvidence(situation, found),
    ...(matchSignatures(situation).get(ID) ?? []),
  ];
}

function contraOf(situation: Situation, found: Crashing): Weighed[] {
  const { network } = situation;
  const contra: Weighed[] = [];
  const elsewhere = blamedElsewhere(situation)[0];
  if (elsewhere !== undefined) contra.push({ weight: 0.6, evidence: elsewhere.weighed.evidence });
  const down = found.bad.filter(({ node }) => isDown(node));
  if (down.length === found.bad.length) {
    contra.push({
      weight: 0.7,
      evidence: evidence(
        'object',
        `${nameNodes(nodesOf(found))} itself does not report: the pod's state is old`,
      ),
    });
  }
  const onlyNotReady = found.bad.every(({ trouble }) => trouble.kind === 'not-ready');
  const rollout = daemonSetRollout(found.daemonSet);
  if (onlyNotReady && rollout.state === 'rolling' && found.bad.length <= 1) {
    contra.push({ weight: 0.4, evidence: evidence('object', `a roll-out is on its way: ${rollout.waits}`) });
  }
  const paths = network === null ? null : tally(nodesOf(found).flatMap((node) => podPathsOf(network, node)));
  if (onlyNotReady && paths !== null && paths.failing === 0 && paths.healthy > 0) {
    contra.push({ weight: 0.5, evidence: evidence('probe', `its paths work: ${answeredWords(paths)}`) });
  }
  if (!concernsNodes(situation, nodesOf(found))) {
    contra.push({
      weight: 0.7,
      evidence: evidence('object', `the trouble is not on ${nameNodes(nodesOf(found))}`),
    });
  }
  return contra;
}

function judge(situation: Situation): Judgement {
  const found = crashing(situation);
  const title = 'CNI agent crashing or not ready';
  if (found === null) {
    const seen = cniCoverage(situation.facts).some(({ nodes }) => nodes.length > 0);
    const result = seen
      ? check(ID, title, 'clear', 'every CNI agent pod is ready')
      : check(ID, title, 'unknown', 'no CNI agent DaemonSet is known');
    return { cause: null, checks: [result], unknown: [] };
  }
  const [first] = found.bad;
  const name = formatRef(refOf('DaemonSet', found.daemonSet.meta));
  const summary =
    first === undefined
      ? ''
      : `${found.flavour} is down on ${nameNodes(nodesOf(found))} (${found.bad.length} of ${found.total} agents): ${first.trouble.reason}${first.trouble.restarts > 0 ? ` after ${first.trouble.restarts} restarts` : ''}.`;
  const cause = weighedCause({
    id: ID,
    component: name,
    summary,
    pro: proOf(situation, found),
    contra: contraOf(situation, found),
  });
  const other = blamedElsewhere(situation)[0];
  const logs = situation.facts.logs.length > 0;
  const restartable = check(
    `${ID}/reason`,
    'Rights, certificates and API access of the CNI agent',
    other !== undefined ? 'found' : logs ? 'clear' : 'unknown',
    other?.weighed.evidence.text ?? (logs ? 'no such error in its log' : 'its log was not read'),
  );
  return {
    cause,
    checks: [check(ID, title, 'found', summary), restartable],
    unknown: logs ? [] : ['the log of the CNI agent'],
  };
}

function escalate(found: Crashing, why: string, options: string[]): Remedy {
  const title = clip(`${found.flavour} is down on ${nameNodes(nodesOf(found))}`, 200);
  return {
    type: 'escalate',
    escalation: { cause: ID, title, why: clip(why, 800), options: options.map((one) => clip(one, 400)) },
  };
}

function saying({ facts }: Situation, { bad }: Crashing): string {
  const [first] = bad;
  const words = first === undefined ? null : lastWords(facts, first.pod.meta);
  return words === null ? '' : ` and say: ${words}`;
}

function remedy(situation: Situation): Remedy | null {
  const found = crashing(situation);
  if (found === null) return null;
  const mismatch = configEscalation(situation);
  if (mismatch !== null) return mismatch;
  // Restarting what cannot reach the API, or may not, or sits on stale state, makes it worse.
  if (blamedElsewhere(situation).length > 0) return null;
  const target = refOf('DaemonSet', found.daemonSet.meta);
  const name = formatRef(target);
  const changed = changeWords(situation, found);
  if (changed !== null) {
    const undo = `kubectl -n ${target.namespace} rollout undo daemonset/${target.name}`;
    return escalate(
      found,
      `${name} was ${changed}; its new pods fail${saying(situation, found)}. Restarting them would change nothing.`,
      [
        `Undo that change: ${undo}. Agents restart node by node; running pods keep their network.`,
        'Correct the change, if it was meant to be made.',
      ],
    );
  }
  if (found.bad.some(({ trouble }) => trouble.kind === 'oom')) {
    return escalate(found, `The agent runs out of memory: a restart helps until it does again.`, [
      `Raise the memory limit of ${name}; its pods restart node by node.`,
      'Find out what grows: number of pods, policies or endpoints on those nodes.',
    ]);
  }
  return restartPlan(found);
}

/** Narrow first: single bad pods are deleted; only when most are bad is the whole set rolled. */
function restartPlan(found: Crashing): Remedy | null {
  const target = refOf('DaemonSet', found.daemonSet.meta);
  const counted = `${found.bad.length} of ${found.total} agents of ${formatRef(target)} are down`;
  if (found.bad.length >= 3 && found.bad.length * 2 >= found.total) {
    const actions: ActionRequest[] = [{ type: 'restart-daemonset', target, params: {} }];
    return {
      type: 'plan',
      title: `Restart ${formatRef(target)}`,
      why: `${counted}; nothing says that they could not come back.`,
      actions,
    };
  }
  const [first] = found.bad;
  if (first === undefined) return null;
  const pod = refOf('Pod', first.pod.meta);
  const actions: ActionRequest[] = [{ type: 'delete-pod', target: pod, params: { evidence: 'status' } }];
  const rest = found.bad.length > 1 ? ' One first: if that helps, the others follow.' : '';
  return {
    type: 'plan',
    title: clip(`Delete pod ${pod.namespace}/${pod.name} on ${first.node.meta.name}`, 200),
    why: clip(`${counted}: ${troubleWords(first)}.${rest}`, 600),
    actions,
  };
}

function wantsLogs(situation: Situation): LogWish[] {
  const bad = crashing(situation)?.bad ?? [];
  return bad.slice(0, 2).flatMap(({ pod, trouble }) => {
    const wish = {
      namespace: pod.meta.namespace,
      pod: pod.meta.name,
      ...(trouble.container === '' ? {} : { container: trouble.container }),
    };
    return trouble.restarts > 0
      ? [
          { ...wish, previous: true },
          { ...wish, previous: false },
        ]
      : [{ ...wish, previous: false }];
  });
}

/** C1: the CNI agent crash-loops or hangs for a reason of its own. */
export const cniAgentCrash: Runbook = {
  id: ID,
  needs: ['nodes', 'pods', 'daemonSets', 'logs'],
  wantsLogs,
  judge,
  remedy,
};
