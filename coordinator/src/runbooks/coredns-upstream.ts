import { type CorefileBlock, parseCorefile } from '../actions/corefile-parse.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { PathState } from '../domain/network.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { type Change, changedBefore, lastChangeOf } from '../facts/recent-changes.ts';
import { dnsLogWishes } from './dns-log-wishes.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { answeredWords, plainDnsPaths, tally, type Tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsDns, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'coredns-unreachable-upstream';
const TITLE = 'Upstream resolvers';

function asksUpstream({ path: { to } }: PathState): boolean {
  return 'upstream' in to && to.upstream;
}

/** Names outside of the cluster, and those of the cluster, by the same DNS. */
function compared({ network }: Situation): { outside: Tally; inside: Tally } {
  if (network === null) return { outside: tally([]), inside: tally([]) };
  return { outside: tally(network.paths.filter(asksUpstream)), inside: tally(plainDnsPaths(network)) };
}

/** Where CoreDNS sends what it does not know itself, as its Corefile says. */
function upstreamsOf(situation: Situation): string[] {
  const text = clusterDns(situation.facts).configMap?.data['Corefile'];
  if (text === undefined) return [];
  const blocks: readonly CorefileBlock[] = parseCorefile(text).blocks;
  const forwards = blocks.flatMap(({ directives }) => directives.filter(({ name }) => name === 'forward'));
  return [...new Set(forwards.flatMap(({ args }) => args.slice(1)))].slice(0, 5);
}

function corefileChange(situation: Situation): Change | null {
  const { configMap } = clusterDns(situation.facts);
  return configMap === null ? null : lastChangeOf(configMap.meta, 'Corefile');
}

function proOf(situation: Situation, outside: Tally, inside: Tally): Weighed[] {
  const told = matchSignatures(situation).get(ID) ?? [];
  if (outside.failing === 0) return [...told];
  const works = inside.healthy > 0 && inside.failing === 0;
  const text = `names outside of the cluster: ${answeredWords(outside)}; names of the cluster: ${answeredWords(inside)}`;
  const pro: Weighed[] = [{ weight: works ? 0.65 : 0.2, evidence: evidence('probe', text) }, ...told];
  if (!works) return pro;
  const change = corefileChange(situation);
  const changed = changedBefore(change, troubleSinceMs(situation));
  const { configMap } = clusterDns(situation.facts);
  // A change of months ago is no news; one of the last half hour may well be it.
  if (configMap !== null && change !== null && changed !== '' && isRecent(situation, change)) {
    const ref = refOf('ConfigMap', configMap.meta);
    const words = `${formatRef(ref)} was ${changed}; it forwards to ${upstreamsOf(situation).join(', ') || 'nobody'}`;
    pro.push({ weight: 0.3, evidence: evidence('object', words, { ref, atMs: change.atMs }) });
  }
  return pro;
}

function isRecent(situation: Situation, { atMs }: Change): boolean {
  return troubleSinceMs(situation) - atMs < 30 * 60_000;
}

function contraOf(situation: Situation, outside: Tally): Weighed[] {
  if (outside.failing === 0 && outside.healthy > 0) {
    const text = `names outside of the cluster resolve: ${answeredWords(outside)}`;
    return [{ weight: 0.6, evidence: evidence('probe', text) }];
  }
  if (concernsDns(situation)) return [];
  return [{ weight: 0.6, evidence: evidence('object', 'the trouble is not about names') }];
}

function summaryOf(situation: Situation): string {
  const { outside, inside } = compared(situation);
  const upstreams = upstreamsOf(situation);
  const whom = upstreams.length === 0 ? 'its upstream resolvers' : `its upstream (${upstreams.join(', ')})`;
  const numbers = outside.failing === 0 ? '' : `: names outside of the cluster, ${answeredWords(outside)}`;
  const rest = inside.healthy > 0 && inside.failing === 0 ? '; names of the cluster resolve' : '';
  return `CoreDNS gets no answer from ${whom}${numbers}${rest}.`;
}

function judge(situation: Situation): Judgement {
  const { outside, inside } = compared(situation);
  const pro = proOf(situation, outside, inside);
  const summary = summaryOf(situation);
  const component = 'Upstream resolvers of CoreDNS';
  const cause = weighedCause({ id: ID, component, summary, pro, contra: contraOf(situation, outside) });
  if (outside.failing > 0) return { cause, checks: [check(ID, TITLE, 'found', summary)], unknown: [] };
  if (outside.healthy > 0) {
    const detail = `names outside of the cluster resolve: ${answeredWords(outside)}`;
    return { cause, checks: [check(ID, TITLE, 'clear', detail)], unknown: [] };
  }
  const detail = pro[0]?.evidence.text ?? 'no name outside of the cluster is asked for, so nothing is known';
  return { cause, checks: [check(ID, TITLE, cause === null ? 'unknown' : 'found', detail)], unknown: [] };
}

function remedy(situation: Situation): Remedy | null {
  const { outside } = compared(situation);
  if (outside.failing === 0) return null;
  const { configMap, pods } = clusterDns(situation.facts);
  const upstreams = upstreamsOf(situation);
  const first = upstreams.find((one) => !one.startsWith('/'));
  const name = configMap === null ? 'the Corefile' : formatRef(refOf('ConfigMap', configMap.meta));
  const changed = changedBefore(corefileChange(situation), troubleSinceMs(situation));
  const node = pods[0]?.nodeName ?? 'a node with a CoreDNS pod';
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: 'CoreDNS gets no answer from its upstream resolvers',
      why: clip(`${summaryOf(situation)} Which resolver is right cannot be read from the cluster.`, 800),
      options: [
        changed === ''
          ? `Check whom ${name} forwards to (${upstreams.join(', ') || 'nobody'}), and whether those resolvers run.`
          : `${name} was ${changed}: if its forward line is wrong (now ${upstreams.join(', ') || 'none'}), put the earlier resolver back; CoreDNS reloads it within about 2 min.`,
        `Does the resolver answer from where CoreDNS runs? On ${node}: dig ${first === undefined ? '' : `@${first} `}example.com; also a firewall or egress policy on UDP and TCP 53.`,
        'Until it works: forward to another resolver that this network may use.',
      ].map((option) => clip(option, 400)),
    },
  };
}

/** C5: CoreDNS is well, but those whom it asks for names outside of the cluster do not answer. */
export const corednsUpstream: Runbook = {
  id: ID,
  needs: ['configMaps', 'pods', 'services', 'logs'],
  wantsLogs: (situation) => (concernsDns(situation) ? dnsLogWishes(clusterDns(situation.facts)) : []),
  judge,
  remedy,
};
