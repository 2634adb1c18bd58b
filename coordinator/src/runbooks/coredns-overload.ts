import { formatRef } from '../domain/object-ref.ts';
import type { PathState } from '../domain/network.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { isActive } from '../facts/pod-lookups.ts';
import { changedBefore, lastChangeOf } from '../facts/recent-changes.ts';
import { dnsLogWishes } from './dns-log-wishes.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { answeredWords, failureShare, plainDnsPaths, tally, type Tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsDns, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'coredns-overload-or-conntrack-race';
const TITLE = 'Load of DNS and races in connection tracking';

interface Loss {
  udp: Tally;
  tcp: Tally;
  pods: Tally;
  nodes: number;
  /** By UDP alone: then also connection tracking may be it. */
  byUdp: boolean;
}

function lost({ sent, answered }: Tally): number {
  return sent === 0 ? 0 : 1 - answered / sent;
}

/** Each server answers some and is too late for others; refusing, or silent to all, is something else. */
function everyServerSlow(dns: readonly PathState[]): boolean {
  const servers = [...Map.groupBy(dns, ({ path: { to } }) => (to.type === 'dns-pod' ? to.pod : '')).entries()]
    .filter(([pod]) => pod !== '')
    .map(([, states]) => tally(states));
  const timeouts = failureShare(dns, 'timeout');
  return servers.length > 0 && timeouts > 0.8 && servers.every((one) => lost(one) > 0.05 && lost(one) < 0.8);
}

/** DNS loses a part from several nodes while other pod traffic does not: of UDP alone, or of all servers by both. */
function lossOf({ network }: Situation): Loss | null {
  if (network === null) return null;
  const dns = plainDnsPaths(network);
  const by = (protocol: PathState['path']['protocol']) =>
    dns.filter(({ path }) => path.protocol === protocol);
  const failing = by('dns-udp').filter(({ state }) => state === 'failing');
  const udp = tally(by('dns-udp'));
  const tcp = tally(by('dns-tcp'));
  const pods = tally(network.paths.filter(({ path }) => path.kind === 'pod'));
  const nodes = new Set(failing.map(({ path }) => path.from.node)).size;
  const partly = lost(udp) > 0.01 && lost(udp) < 0.8;
  const alone = lost(pods) * 4 < lost(udp);
  const byUdp = tcp.sent > 0 && lost(tcp) * 4 < lost(udp);
  const slow = everyServerSlow(dns);
  return nodes >= 2 && partly && alone && (byUdp || slow) ? { udp, tcp, pods, nodes, byUdp } : null;
}

function summaryOf(loss: Loss | null, told: readonly Weighed[]): string {
  if (loss === null)
    return `DNS is overloaded, or answers get lost in connection tracking: ${told[0]?.evidence.text ?? ''}`;
  const { udp, tcp, pods, nodes, byUdp } = loss;
  return byUdp
    ? `DNS by UDP loses a part of its answers from ${nodes} nodes (${answeredWords(udp)}), by TCP it does not (${answeredWords(tcp)}): CoreDNS is overloaded, or UDP answers get lost in connection tracking.`
    : `Every CoreDNS pod answers only a part in time, from ${nodes} nodes (UDP: ${answeredWords(udp)}; TCP: ${answeredWords(tcp)}), while pods reach each other (${answeredWords(pods)}): CoreDNS is overloaded.`;
}

/** A change of its limits or image shortly before makes load the likelier explanation. */
function changeOf(situation: Situation): Weighed[] {
  const { deployment } = clusterDns(situation.facts);
  if (deployment === null) return [];
  const changed = changedBefore(
    lastChangeOf(deployment.meta, 'resources') ?? lastChangeOf(deployment.meta, 'containers'),
    troubleSinceMs(situation),
  );
  const ref = refOf('Deployment', deployment.meta);
  return changed === ''
    ? []
    : [{ weight: 0.3, evidence: evidence('object', `${formatRef(ref)} was ${changed}`, { ref }) }];
}

function judge(situation: Situation): Judgement {
  const told = matchSignatures(situation).get(ID) ?? [];
  const loss = concernsDns(situation) ? lossOf(situation) : null;
  const text =
    loss === null
      ? ''
      : `DNS by UDP: ${answeredWords(loss.udp)}; by TCP: ${answeredWords(loss.tcp)}; pods: ${answeredWords(loss.pods)}`;
  const pro = [
    ...(loss === null ? [] : [{ weight: 0.55, evidence: evidence('probe', text) }, ...changeOf(situation)]),
    ...told,
  ];
  const summary = summaryOf(loss, told);
  const cause = weighedCause({ id: ID, component: 'Cluster DNS', summary, pro, contra: [] });
  const udp = situation.network === null ? tally([]) : tally(plainDnsPaths(situation.network));
  const detail =
    udp.sent > 0 && udp.failing === 0
      ? `DNS answers: ${answeredWords(udp)}`
      : 'the loss is not of UDP alone, and nothing was printed';
  const result = cause !== null ? 'found' : udp.sent > 0 && udp.failing === 0 ? 'clear' : 'unknown';
  return { cause, checks: [check(ID, TITLE, result, cause === null ? detail : summary)], unknown: [] };
}

function remedy(situation: Situation): Remedy | null {
  const told = matchSignatures(situation).get(ID) ?? [];
  const loss = lossOf(situation);
  if (loss === null && told.length === 0) return null;
  const { deployment, pods } = clusterDns(situation.facts);
  const running = pods.filter(isActive).length;
  const { namespace, name } = deployment?.meta ?? { namespace: 'kube-system', name: 'coredns' };
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: 'DNS loses a part of its answers',
      why: clip(
        `${summaryOf(loss, told)} Which of the two it is, its metrics and the nodes’ counters tell.`,
        800,
      ),
      options: [
        `Load: kubectl -n ${namespace} top pod -l k8s-app=kube-dns; coredns_dns_requests_total and coredns_forward_max_concurrent_rejects_total in its metrics. Near its CPU limit: kubectl -n ${namespace} scale deployment ${name} --replicas=${Math.min(10, running + 2)} (an autoscaler may put it back).`,
        'Races: on a node, conntrack -S | grep -c "insert_failed=[1-9]"; A and AAAA asked from one socket collide. A node-local DNS cache (NodeLocal DNSCache) takes them out of NAT; single-request-reopen in dnsConfig helps glibc pods.',
        'Who asks so much: the log plugin for a minute, or hubble/tcpdump on port 53; ndots:5 multiplies every outside name by the search domains.',
      ].map((option) => clip(option, 400)),
    },
  };
}

/** C5: DNS answers get lost under load or in UDP connection tracking, while the network is well. */
export const corednsOverload: Runbook = {
  id: ID,
  needs: ['pods', 'deployments', 'logs'],
  wantsLogs: (situation) => (concernsDns(situation) ? dnsLogWishes(clusterDns(situation.facts)) : []),
  judge,
  remedy,
};
