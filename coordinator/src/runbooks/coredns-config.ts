import { rollAfterCorefile } from '../actions/corefile-roll.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { ActionRequest } from '../domain/action.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { changedBefore, lastChange, lastChangeOf } from '../facts/recent-changes.ts';
import { type CorefileState, corefileState, dnsPodStates } from './corefile-state.ts';
import { repairCorefile } from './corefile-repair.ts';
import { dnsLogWishes } from './dns-log-wishes.ts';
import { clip, evidence } from './evidence.ts';
import { answeredWords, failureShare, plainDnsPaths, tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsDns, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'coredns-config';

function changeOf({ configMap }: CorefileState) {
  return lastChangeOf(configMap.meta, 'Corefile') ?? lastChange(configMap.meta);
}

function crashLooping(state: CorefileState): number {
  return dnsPodStates(state.dns).filter(({ trouble }) => trouble?.kind === 'crash-loop').length;
}

/** What is wrong, in CoreDNS's own words where it said so. */
function faultWords(state: CorefileState): string | null {
  const [complaint] = state.complaints;
  if (complaint !== undefined) {
    const who = complaint.plugin === '' ? '' : `${complaint.plugin}: `;
    return `${complaint.line === null ? '' : `line ${complaint.line}: `}${who}${complaint.text}`;
  }
  const [problem] = state.problems;
  if (problem === undefined) return null;
  return problem.line === 0 ? problem.text : `line ${problem.line}: ${problem.text}`;
}

function proOf(situation: Situation, state: CorefileState): Weighed[] {
  const ref = refOf('ConfigMap', state.configMap.meta);
  const pro: Weighed[] = [];
  const [complaint] = state.complaints;
  if (complaint !== undefined) {
    const text = `CoreDNS says${complaint.line === null ? '' : ` of line ${complaint.line}`}: ${complaint.plugin === '' ? '' : `plugin/${complaint.plugin}: `}${complaint.text}`;
    pro.push({ weight: 0.65, evidence: evidence('log', text, { ref }) });
  }
  const [problem] = state.problems;
  if (problem !== undefined) {
    // A missing zone may as well be an unusual set-up: the answers tell.
    const weight = problem.kind === 'zone-missing' ? 0.35 : 0.6;
    const where = problem.line === 0 ? 'the Corefile' : `line ${problem.line} of the Corefile`;
    pro.push({ weight, evidence: evidence('object', `${where}: ${problem.text}`, { ref }) });
  }
  if (pro.length === 0) return [];
  return [...pro, ...circumstances(situation, state)];
}

/** What fits a broken Corefile but would fit other causes as well. */
function circumstances(situation: Situation, state: CorefileState): Weighed[] {
  const ref = refOf('ConfigMap', state.configMap.meta);
  const pro: Weighed[] = [];
  const crashing = crashLooping(state);
  if (crashing > 0) {
    const text = `${crashing} of ${dnsPodStates(state.dns).length} CoreDNS pods crash-loop`;
    pro.push({ weight: 0.3, evidence: evidence('object', text) });
  }
  const change = changeOf(state);
  const changed = changedBefore(change, troubleSinceMs(situation));
  if (change !== null && changed !== '') {
    pro.push({
      weight: 0.3,
      evidence: evidence('object', `${formatRef(ref)} ${changed}`, { ref, atMs: change.atMs }),
    });
  }
  const paths = situation.network === null ? [] : plainDnsPaths(situation.network);
  const counted = tally(paths);
  if (counted.failing > 0) {
    const rcode = failureShare(paths, 'dns-rcode') > 0.5 ? ' (answers with an error code)' : '';
    pro.push({
      weight: 0.3,
      evidence: evidence('probe', `DNS, cluster names: ${answeredWords(counted)}${rcode}`),
    });
  }
  return pro;
}

function contraOf(situation: Situation, state: CorefileState): Weighed[] {
  const contra: Weighed[] = [];
  if (state.provenGood !== null && state.complaints.length === 0) {
    const text = `pod ${state.provenGood.meta.name} started with this very Corefile and is ready`;
    const weight = state.problems.every(({ kind }) => kind === 'zone-missing') ? 0.2 : 0.7;
    contra.push({ weight, evidence: evidence('object', text) });
  }
  const counted = situation.network === null ? null : tally(plainDnsPaths(situation.network));
  if (counted !== null && counted.healthy > 0 && counted.failing === 0) {
    contra.push({
      weight: 0.7,
      evidence: evidence('probe', `DNS answers: cluster names, ${answeredWords(counted)}`),
    });
  }
  if (!concernsDns(situation)) {
    contra.push({ weight: 0.6, evidence: evidence('object', 'the trouble is not about names') });
  }
  return contra;
}

function summaryOf(situation: Situation, state: CorefileState): string {
  const changed = changedBefore(changeOf(state), troubleSinceMs(situation));
  const crashing = crashLooping(state);
  const effect =
    crashing > 0 ? `; ${crashing} of ${dnsPodStates(state.dns).length} CoreDNS pods crash-loop` : '';
  return `The Corefile is wrong, ${faultWords(state) ?? ''}${changed === '' ? '' : ` (${changed})`}${effect}.`;
}

function judge(situation: Situation): Judgement {
  const title = 'Corefile';
  const unread = situation.facts.unknown.find(({ what }) => what === 'configMaps');
  const state = corefileState(situation);
  if (state === null) {
    const why = unread?.why ?? 'no ConfigMap with a Corefile is known';
    return { cause: null, checks: [check(ID, title, 'unknown', why)], unknown: [`the Corefile: ${why}`] };
  }
  const pro = proOf(situation, state);
  const ref = refOf('ConfigMap', state.configMap.meta);
  if (pro.length === 0) {
    const text = `${formatRef(ref)} is well formed and serves ${state.expect.zone}; CoreDNS does not complain`;
    return { cause: null, checks: [check(ID, title, 'clear', text)], unknown: [] };
  }
  const cause = weighedCause({
    id: ID,
    component: `Corefile in ${formatRef(ref)}`,
    summary: summaryOf(situation, state),
    pro,
    contra: contraOf(situation, state),
  });
  return { cause, checks: [check(ID, title, 'found', faultWords(state) ?? '')], unknown: [] };
}

function whyWords(situation: Situation, state: CorefileState): string {
  const states = dnsPodStates(state.dns);
  const ready = states.filter(({ trouble }) => trouble === null).length;
  const changed = changedBefore(changeOf(state), troubleSinceMs(situation));
  const since = changed === '' ? '' : ` The ConfigMap was ${changed}.`;
  return clip(
    `CoreDNS refuses its Corefile, ${faultWords(state) ?? ''}; ${ready} of ${states.length} pods serve.${since}`,
    600,
  );
}

function escalation(situation: Situation, state: CorefileState, why: string): Remedy {
  const ref = refOf('ConfigMap', state.configMap.meta);
  const edit = `kubectl -n ${ref.namespace} edit configmap ${ref.name}`;
  const loop = state.complaints.some(({ kind }) => kind === 'loop');
  const options = loop
    ? [
        'Name the real upstream resolvers in the forward line of the Corefile; every name outside the cluster then depends on them.',
        'Give the kubelets a resolv.conf without a local stub (--resolv-conf=/run/systemd/resolve/resolv.conf) and restart the CoreDNS pods; touches every node.',
      ]
    : [
        `Correct it by hand: ${edit}; CoreDNS takes it within about 2 min, crash-looping pods at their next start.`,
        'Put back the Corefile from its source (kubeadm, Helm, Git): local changes to it are lost.',
      ];
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: 'CoreDNS does not accept its Corefile',
      why: clip(`${whyWords(situation, state)} ${why}.`, 800),
      options,
    },
  };
}

function remedy(situation: Situation): Remedy | null {
  const state = corefileState(situation);
  if (state === null) return null;
  const { text, complaints, lastGood, expect, dns } = state;
  const repair = repairCorefile({ text, complaints, lastGood, expect });
  if (!repair.ok) return escalation(situation, state, repair.why);
  const target = refOf('ConfigMap', state.configMap.meta);
  const params = { corefile: repair.corefile, zone: expect.zone, change: clip(repair.change, 120) };
  const roll = rollAfterCorefile(dns, text, repair.corefile);
  const actions: ActionRequest[] = [{ type: 'patch-corefile', target, params }, ...roll];
  const restart =
    roll.length === 0 ? '' : `, then restart CoreDNS${roll.length > 1 ? ', one pod first' : ''}`;
  return {
    type: 'plan',
    title: clip(`${repair.change} in the Corefile${restart}`, 200),
    why: whyWords(situation, state),
    actions,
  };
}

/** C5: the Corefile is wrong: syntax, an unknown plugin, a loop, no cluster zone, arguments that a plugin refuses. */
export const corednsConfig: Runbook = {
  id: ID,
  needs: ['configMaps', 'pods', 'deployments', 'services', 'logs'],
  wantsLogs: (situation) => dnsLogWishes(clusterDns(situation.facts)),
  judge,
  remedy,
};
