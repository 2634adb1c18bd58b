import type { ActionRequest } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { ClusterFacts, Situation } from '../facts/cluster-facts.ts';
import { clusterDns, type ClusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { eventsOf } from '../facts/pod-lookups.ts';
import { changedBefore, lastChangeOf } from '../facts/recent-changes.ts';
import { corefileState, type DnsPodState, dnsPodStates } from './corefile-state.ts';
import { whyNotRestart } from './coredns-restart-advice.ts';
import { dnsLogWishes } from './dns-log-wishes.ts';
import { clip, evidence } from './evidence.ts';
import { lastApplied } from './last-applied.ts';
import { matchSignatures } from './match-signatures.ts';
import { answeredWords, dnsPodPaths, plainDnsPaths, tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsDns, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'coredns-crash';
const USUAL_REPLICAS = 2;
const MOST_REPLICAS = 10;

/** What is wrong with the pods, the worst first. */
type Finding =
  | { type: 'scaled-to-zero' }
  | { type: 'bad-pods'; bad: DnsPodState[]; all: number }
  /** Ready by its own word, but it does not answer any node that asks it. */
  | { type: 'mute'; pods: DnsPodState[] };

function findingOf(situation: Situation, dns: ClusterDns): Finding | null {
  if (dns.deployment !== null && dns.deployment.replicas === 0) return { type: 'scaled-to-zero' };
  const states = dnsPodStates(dns);
  const bad = states.filter(({ trouble }) => trouble !== null);
  if (bad.length > 0) return { type: 'bad-pods', bad, all: states.length };
  const mute = states.filter(({ pod }) => isMute(situation, `${pod.meta.namespace}/${pod.meta.name}`));
  return mute.length > 0 && mute.length < states.length ? { type: 'mute', pods: mute } : null;
}

/** Asked from at least two nodes and silent to all of them: then it is not the way there. */
function isMute({ network }: Situation, pod: string): boolean {
  if (network === null) return false;
  const paths = dnsPodPaths(network, pod).filter(({ state }) => state !== 'unknown');
  const from = new Set(paths.filter(({ state }) => state === 'failing').map(({ path }) => path.from.node));
  // One that answers some in time is slow, not silent.
  const { sent, answered } = tally(paths);
  return from.size >= 2 && answered * 5 <= sent && paths.every(({ state }) => state === 'failing');
}

const WEIGHT = {
  'crash-loop': 0.5,
  oom: 0.65,
  image: 0.65,
  'container-config': 0.6,
  unschedulable: 0.6,
  'not-ready': 0.35,
};

function podWords({ pod, trouble }: DnsPodState): string {
  const restarts = trouble !== null && trouble.restarts > 0 ? `, ${trouble.restarts} restarts` : '';
  const message = trouble === null || trouble.message === '' ? '' : `: ${trouble.message}`;
  return `pod ${pod.meta.name} on ${pod.nodeName || 'no node'}: ${trouble?.reason ?? 'Ready'}${restarts}${message}`;
}

function proOf(situation: Situation, dns: ClusterDns, finding: Finding): Weighed[] {
  switch (finding.type) {
    case 'scaled-to-zero': {
      const ref = dns.deployment === null ? undefined : refOf('Deployment', dns.deployment.meta);
      return [
        {
          weight: 0.85,
          evidence: evidence(
            'object',
            'the CoreDNS Deployment has 0 replicas',
            ref === undefined ? {} : { ref },
          ),
        },
      ];
    }
    case 'bad-pods':
      return finding.bad.slice(0, 3).map((state, i) => ({
        weight: i === 0 ? WEIGHT[state.trouble?.kind ?? 'not-ready'] : 0.1,
        evidence: evidence('object', podWords(state), { ref: refOf('Pod', state.pod.meta) }),
      }));
    case 'mute':
      return finding.pods.slice(0, 3).map(({ pod }) => {
        const counted = tally(
          situation.network === null
            ? []
            : dnsPodPaths(situation.network, `${pod.meta.namespace}/${pod.meta.name}`),
        );
        const text = `pod ${pod.meta.name} on ${pod.nodeName} calls itself ready, but ${answeredWords(counted)}`;
        return { weight: 0.6, evidence: evidence('probe', text, { ref: refOf('Pod', pod.meta) }) };
      });
  }
}

function circumstances(situation: Situation): Weighed[] {
  const counted = situation.network === null ? null : tally(plainDnsPaths(situation.network));
  const signatures = matchSignatures(situation).get(ID) ?? [];
  if (counted === null || counted.failing === 0) return signatures;
  return [
    ...signatures,
    { weight: 0.3, evidence: evidence('probe', `DNS, cluster names: ${answeredWords(counted)}`) },
  ];
}

/** A refused Corefile explains pods that do not run better than anything about the pods. */
function fromCorefile(situation: Situation, finding: Finding): Weighed[] {
  const state = finding.type === 'bad-pods' ? corefileState(situation) : null;
  const [complaint] = state?.complaints ?? [];
  if (complaint !== undefined) {
    return [{ weight: 0.7, evidence: evidence('log', `CoreDNS refuses its Corefile: ${complaint.text}`) }];
  }
  const [problem] = state?.provenGood === null ? state.problems : [];
  if (problem === undefined) return [];
  return [{ weight: 0.5, evidence: evidence('object', `the Corefile is wrong: ${problem.text}`) }];
}

function contraOf(situation: Situation, finding: Finding): Weighed[] {
  const contra = fromCorefile(situation, finding);
  const counted = situation.network === null ? null : tally(plainDnsPaths(situation.network));
  if (counted !== null && counted.failing === 0 && counted.healthy > 0) {
    const text = `DNS answers: cluster names, ${answeredWords(counted)}`;
    contra.push({ weight: 0.6, evidence: evidence('probe', text) });
  }
  if (!concernsDns(situation)) {
    contra.push({ weight: 0.6, evidence: evidence('object', 'the trouble is not about names') });
  }
  return contra;
}

function summaryOf(situation: Situation, dns: ClusterDns, finding: Finding): string {
  switch (finding.type) {
    case 'scaled-to-zero': {
      const change = dns.deployment === null ? null : lastChangeOf(dns.deployment.meta, 'replicas');
      const changed = changedBefore(change, troubleSinceMs(situation));
      return `CoreDNS is scaled to 0 replicas: no pod answers DNS${changed === '' ? '' : ` (${changed})`}.`;
    }
    case 'bad-pods': {
      const [first] = finding.bad;
      return `${finding.bad.length} of ${finding.all} CoreDNS pods do not serve; ${first === undefined ? '' : podWords(first)}.`;
    }
    case 'mute':
      return `${finding.pods.length === 1 ? 'One CoreDNS pod does' : `${finding.pods.length} CoreDNS pods do`} not answer anybody, though ready: ${finding.pods.map(({ pod }) => pod.meta.name).join(', ')}.`;
  }
}

function judge(situation: Situation): Judgement {
  const title = 'CoreDNS pods';
  const dns = clusterDns(situation.facts);
  const unread = situation.facts.unknown.find(({ what }) => what === 'pods' || what === 'deployments');
  if (unread !== undefined || (dns.deployment === null && dns.daemonSet === null && dns.pods.length === 0)) {
    const why = unread?.why ?? 'no CoreDNS workload is known';
    return { cause: null, checks: [check(ID, title, 'unknown', why)], unknown: [`CoreDNS pods: ${why}`] };
  }
  const finding = findingOf(situation, dns);
  if (finding === null) {
    const states = dnsPodStates(dns);
    return {
      cause: null,
      checks: [check(ID, title, 'clear', `${states.length} of ${states.length} CoreDNS pods ready`)],
      unknown: [],
    };
  }
  const summary = summaryOf(situation, dns, finding);
  const cause = weighedCause({
    id: ID,
    component: dns.deployment === null ? 'CoreDNS' : formatRef(refOf('Deployment', dns.deployment.meta)),
    summary,
    pro: [...proOf(situation, dns, finding), ...circumstances(situation)],
    contra: contraOf(situation, finding),
  });
  return { cause, checks: [check(ID, title, 'found', summary)], unknown: [] };
}

/**
 * How many there were: as applied, else the most that one of its ReplicaSets had by the Deployment's own scaling events
 * (a roll-out also takes one to 0, from any number), else the usual two.
 */
export function previousReplicas(facts: ClusterFacts, dns: ClusterDns): number {
  if (dns.deployment === null) return USUAL_REPLICAS;
  const { meta } = dns.deployment;
  const applied = lastApplied(meta)?.spec?.replicas;
  if (applied !== undefined && applied > 0) return Math.min(applied, MOST_REPLICAS);
  const numbers = eventsOf(facts, { kind: 'Deployment', namespace: meta.namespace, name: meta.name })
    .filter(({ reason }) => reason === 'ScalingReplicaSet')
    .flatMap(({ message }) =>
      [...message.matchAll(/\b(?:from|to) (\d{1,3})\b/g)].map((match) => Number(match[1])),
    );
  const most = Math.max(0, ...numbers);
  return most === 0 ? USUAL_REPLICAS : Math.min(most, MOST_REPLICAS);
}

function remedy(situation: Situation): Remedy | null {
  const dns = clusterDns(situation.facts);
  const finding = findingOf(situation, dns);
  if (finding === null) return null;
  const summary = summaryOf(situation, dns, finding);
  switch (finding.type) {
    case 'scaled-to-zero': {
      if (dns.deployment === null) return null;
      const target = refOf('Deployment', dns.deployment.meta);
      const replicas = previousReplicas(situation.facts, dns);
      const actions: ActionRequest[] = [{ type: 'scale-coredns', target, params: { replicas } }];
      return {
        type: 'plan',
        title: `Scale ${formatRef(target)} from 0 to ${replicas} replicas`,
        why: summary,
        actions,
      };
    }
    case 'mute':
      return deleteFirst(finding.pods, 'probes', summary);
    case 'bad-pods':
      return badPodsRemedy(situation, dns, finding, summary);
  }
}

function deleteFirst(
  states: readonly DnsPodState[],
  by: 'status' | 'probes',
  summary: string,
): Remedy | null {
  const [first] = states;
  if (first === undefined) return null;
  const target = refOf('Pod', first.pod.meta);
  const title = clip(`Delete pod ${target.namespace}/${target.name} on ${first.pod.nodeName}`, 200);
  return {
    type: 'plan',
    title,
    why: clip(summary, 600),
    actions: [{ type: 'delete-pod', target, params: { evidence: by } }],
  };
}

function badPodsRemedy(
  situation: Situation,
  dns: ClusterDns,
  finding: Extract<Finding, { type: 'bad-pods' }>,
  summary: string,
): Remedy | null {
  const options = whyNotRestart(situation, dns, finding);
  if (options.length > 0) {
    const why = clip(`${summary} A restart would not change that.`, 800);
    return { type: 'escalate', escalation: { cause: ID, title: 'CoreDNS pods do not run', why, options } };
  }
  if (finding.bad.length < finding.all || dns.deployment === null)
    return deleteFirst(finding.bad, 'status', summary);
  const target = refOf('Deployment', dns.deployment.meta);
  const actions: ActionRequest[] = [{ type: 'restart-deployment', target, params: {} }];
  return { type: 'plan', title: `Restart ${formatRef(target)}`, why: clip(summary, 600), actions };
}

/** C5: CoreDNS pods do not run or do not answer for a reason other than the Corefile. */
export const corednsCrash: Runbook = {
  id: ID,
  needs: ['pods', 'deployments', 'services', 'configMaps', 'events', 'logs'],
  wantsLogs: (situation) => dnsLogWishes(clusterDns(situation.facts)),
  judge,
  remedy,
};
