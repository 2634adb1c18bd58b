import { formatRef } from '../domain/object-ref.ts';
import type { PathState } from '../domain/network.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { formatObstacle } from '../facts/daemonset-placement.ts';
import { kubeProxyCoverage, kubeProxySets } from '../facts/kube-proxy-coverage.ts';
import { refOf } from '../facts/object-ref-of.ts';
import type { PodTrouble } from '../facts/pod-trouble.ts';
import type { PodRecord } from '../facts/records.ts';
import { changedBefore } from '../facts/recent-changes.ts';
import { type AbsentAgents, absentKubeProxy } from './absent-agents.ts';
import { blamedNodes } from './blamed-nodes.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { placementChange, placementRemedy } from './placement-remedy.ts';
import { answeredWords, tally, type Tally } from './probe-evidence.ts';
import type { Judgement, LogWish, Remedy, Runbook } from './runbook.ts';
import { concernsNodes, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'kube-proxy-broken';
const TITLE = 'kube-proxy and Service addresses';

interface Finding {
  /** Nodes whose Service addresses fail, by the probes. */
  blamed: string[];
  /** The group without kube-proxy that the incident is about. */
  absent: AbsentAgents | null;
  unhealthy: { node: string; pod: PodRecord; trouble: PodTrouble }[];
}

function findingOf(situation: Situation): Finding {
  const blamed = blamedNodes(situation, ['service-proxy']);
  const concerns = (nodes: readonly string[]): boolean => concernsNodes(situation, nodes);
  const absent = absentKubeProxy(situation.facts).find(({ nodes }) => concerns(nodes)) ?? null;
  const unhealthy = kubeProxyCoverage(situation.facts).flatMap((on) =>
    on.state === 'unhealthy' && concerns([on.node.meta.name])
      ? [{ node: on.node.meta.name, pod: on.pod, trouble: on.trouble }]
      : [],
  );
  return { blamed, absent, unhealthy };
}

/** From pods of these nodes: what goes through a Service address, and what goes to a pod by its own. */
function compared(situation: Situation, nodes: readonly string[]): { services: Tally; direct: Tally } {
  const own = (situation.network?.paths ?? []).filter(
    ({ path }) => nodes.includes(path.from.node) && path.from.mode === 'pod',
  );
  const through = ({ path: { to } }: PathState): boolean => to.type === 'service' || to.type === 'dns-vip';
  return { services: tally(own.filter(through)), direct: tally(own.filter((state) => !through(state))) };
}

function fromProbes(situation: Situation, finding: Finding): { pro: Weighed[]; contra: Weighed[] } {
  const nodes = nodesOf(finding);
  const { services, direct } = compared(situation, nodes);
  if (services.failing === 0) {
    if (services.healthy === 0) return { pro: [], contra: [] };
    const text = `Service addresses answer on ${nameNodes(nodes)}: ${answeredWords(services)}`;
    // Without kube-proxy the rules stay as they were: right, until the next pod behind a Service moves.
    const weight = finding.absent === null ? 0.5 : 0.1;
    return { pro: [], contra: [{ weight, evidence: evidence('probe', text) }] };
  }
  const words = `Service addresses from ${nameNodes(nodes)}: ${answeredWords(services)}; pods by their own address: ${answeredWords(direct)}`;
  // Where pods are out of reach too, their Services tell nothing about kube-proxy.
  if (direct.failing > 0) {
    return { pro: [{ weight: 0.2, evidence: evidence('probe', words) }], contra: [] };
  }
  return { pro: [{ weight: 0.6, evidence: evidence('probe', words) }], contra: [] };
}

function fromAbsence(situation: Situation, absent: AbsentAgents): Weighed[] {
  const ref = refOf('DaemonSet', absent.daemonSet.meta);
  const reasons = new Set(absent.onNodes.flatMap(({ obstacles }) => obstacles.map(formatObstacle)));
  const why = reasons.size === 0 ? absent.detail : [...reasons].join('; ');
  const text = `${formatRef(ref)} has no running pod on ${nameNodes(absent.nodes)}${why === '' ? '' : `: ${why}`}`;
  const change = placementChange(absent);
  const changed = changedBefore(change, troubleSinceMs(situation));
  return [
    { weight: 0.6, evidence: evidence('object', text, { ref }) },
    ...(change === null || changed === ''
      ? []
      : [
          {
            weight: 0.4,
            evidence: evidence('object', `${formatRef(ref)} ${changed}`, { ref, atMs: change.atMs }),
          },
        ]),
  ];
}

function fromPods({ unhealthy }: Finding): Weighed[] {
  return unhealthy.slice(0, 3).map(({ node, pod, trouble }, at) => ({
    weight: at > 0 ? 0.1 : trouble.kind === 'not-ready' ? 0.3 : 0.5,
    evidence: evidence(
      'object',
      `${pod.meta.name} on ${node}: ${trouble.reason}, ${trouble.restarts} restarts`,
      { ref: refOf('Pod', pod.meta) },
    ),
  }));
}

/** What kube-proxy itself answers on these nodes; where none of the nodes has one that answers, another program does its work. */
function fromHosts({ facts: { hosts } }: Situation, nodes: readonly string[]): Weighed[] {
  if (!hosts.some(({ kubeProxy }) => kubeProxy === 'healthy')) return [];
  return hosts
    .filter(({ node, kubeProxy }) => nodes.includes(node) && kubeProxy !== null && kubeProxy !== 'healthy')
    .slice(0, 2)
    .map(({ node, kubeProxy }, at) => {
      const words = kubeProxy === 'unhealthy' ? 'calls itself unhealthy' : 'does not answer its health check';
      return { weight: at === 0 ? 0.4 : 0.1, evidence: evidence('host', `kube-proxy on ${node} ${words}`) };
    });
}

/** Everything that may concern the incident: first where the probes show it. */
function nodesOf({ blamed, absent, unhealthy }: Finding): string[] {
  return [...new Set([...blamed, ...(absent?.nodes ?? []), ...unhealthy.map(({ node }) => node)])];
}

function summaryOf(situation: Situation, finding: Finding): string {
  const { blamed, absent, unhealthy } = finding;
  const fails = blamed.length === 0 ? '' : ` Service addresses do not work on ${nameNodes(blamed)}.`;
  if (absent !== null) {
    const reasons = [...new Set(absent.onNodes.flatMap(({ obstacles }) => obstacles.map(formatObstacle)))];
    const why = reasons.length === 0 ? '' : `: its DaemonSet excludes it by ${reasons.join('; ')}`;
    const changed = changedBefore(placementChange(absent), troubleSinceMs(situation));
    return `kube-proxy does not run on ${nameNodes(absent.nodes)}${why}${changed === '' ? '' : ` (${changed})`}, so Services are not kept up to date there.${fails}`;
  }
  const [first] = unhealthy;
  if (first !== undefined) return `kube-proxy fails on ${first.node}: ${first.trouble.reason}.${fails}`;
  return `Service addresses do not work on ${nameNodes(blamed)}, pods by their own address do: the Service rules of the node are missing or wrong.`;
}

function judge(situation: Situation): Judgement {
  const finding = findingOf(situation);
  const nodes = nodesOf(finding);
  const told = matchSignatures(situation).get(ID) ?? [];
  if (nodes.length === 0) return { cause: fromTexts(told), checks: [nothingFound(situation)], unknown: [] };
  const probes = fromProbes(situation, finding);
  const pro = [
    ...(finding.absent === null ? [] : fromAbsence(situation, finding.absent)),
    ...fromPods(finding),
    ...fromHosts(situation, nodes),
    ...probes.pro,
    ...told,
  ];
  const summary = summaryOf(situation, finding);
  const [set] = kubeProxySets(situation.facts);
  const component = set === undefined ? 'kube-proxy' : formatRef(refOf('DaemonSet', set.meta));
  const cause = weighedCause({ id: ID, component, summary, pro, contra: probes.contra });
  return { cause, checks: [check(ID, TITLE, 'found', summary)], unknown: [] };
}

function fromTexts(told: readonly Weighed[]) {
  const summary = `kube-proxy cannot write its rules: ${told[0]?.evidence.text ?? ''}`;
  return weighedCause({ id: ID, component: 'kube-proxy', summary, pro: told, contra: [] });
}

function nothingFound(situation: Situation) {
  const coverage = kubeProxyCoverage(situation.facts);
  const { services } = compared(
    situation,
    situation.facts.nodes.map(({ meta }) => meta.name),
  );
  const answers = services.healthy > 0 && services.failing === 0;
  if (coverage.length === 0 && !answers)
    return check(ID, TITLE, 'unknown', 'no kube-proxy DaemonSet and no Service probes');
  const pods = coverage.length === 0 ? '' : `kube-proxy is ready on every node`;
  const probes = answers ? `Service addresses answer everywhere: ${answeredWords(services)}` : '';
  return check(ID, TITLE, 'clear', [pods, probes].filter((part) => part !== '').join('; '));
}

function wantsLogs(situation: Situation): LogWish[] {
  const blamed = new Set(nodesOf(findingOf(situation)));
  return kubeProxyCoverage(situation.facts).flatMap((on) => {
    if (!('pod' in on) || !blamed.has(on.node.meta.name)) return [];
    const { namespace, name } = on.pod.meta;
    return [{ namespace, pod: name, previous: on.state === 'unhealthy' && on.trouble.restarts > 0 }];
  });
}

function remedy(situation: Situation): Remedy | null {
  const finding = findingOf(situation);
  if (finding.absent !== null) return placementRemedy(situation, finding.absent);
  const nodes = nodesOf(finding);
  const [set] = kubeProxySets(situation.facts);
  if (nodes.length === 0) return null;
  const namespace = set?.meta.namespace ?? 'kube-system';
  const pod = kubeProxyCoverage(situation.facts).flatMap((on) =>
    'pod' in on && nodes.includes(on.node.meta.name) ? [on.pod.meta.name] : [],
  )[0];
  const look =
    pod === undefined
      ? []
      : [
          `Look at what it says: kubectl -n ${namespace} logs ${pod}`,
          `Start it anew on that node only: kubectl -n ${namespace} delete pod ${pod}. Connections that exist go on; its rules are written again within seconds.`,
        ];
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`Service addresses do not work on ${nameNodes(nodes)}`, 200),
      why: clip(summaryOf(situation, finding), 800),
      options: [
        ...look,
        `On ${nodes[0] ?? 'the node'}: iptables-save | grep -c KUBE- (or ipvsadm -Ln, nft list ruleset) shows whether any rules are there, and curl -s 127.0.0.1:10256/healthz when they were last written.`,
        'Until it works: cordon the node and move what serves users.',
      ].map((option) => clip(option, 400)),
    },
  };
}

/** C3: the Service rules of a node are missing or stale because kube-proxy does not run there, or cannot do its work. */
export const kubeProxyBroken: Runbook = {
  id: ID,
  needs: ['nodes', 'pods', 'daemonSets', 'logs', 'hosts'],
  wantsLogs,
  judge,
  remedy,
};
