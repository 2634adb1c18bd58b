import type { Situation } from '../facts/cluster-facts.ts';
import { cniCoverage } from '../facts/cni-coverage.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { clip, evidence } from './evidence.ts';
import { type BrokenWay, brokenWays } from './host-paths.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { isWhole, type PodNetworkLoss, podNetworkLoss } from './pod-network-loss.ts';
import { answeredWords } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'route-missing-or-wrong';
const TITLE = 'Routes to pod ranges';

interface Finding {
  loss: PodNetworkLoss;
  /** What the nodes' kernels say; empty: nothing, or they did not tell. */
  ways: BrokenWay[];
}

/** A missing route takes everything between two nodes, and nothing else of either; with the kernels' word also more. */
function findingOf(situation: Situation): Finding | null {
  const loss = podNetworkLoss(situation);
  if (loss === null || !isWhole(loss)) return null;
  const ways = brokenWays(situation, loss.nodes).filter(({ node, peers }) => concerns(loss, node, peers));
  return ways.length > 0 || loss.reach === 'pair' ? { loss, ways } : null;
}

/** Of a pair that is cut off: only what lies between the two. */
function concerns({ reach, nodes }: PodNetworkLoss, node: string, peers: readonly string[]): boolean {
  if (reach === 'node') return true;
  return nodes.includes(node) && (peers.length === 0 || peers.some((peer) => nodes.includes(peer)));
}

function summaryOf({ loss: { nodes, reach }, ways: [way] }: Finding): string {
  const who =
    reach === 'pair'
      ? `Pods on ${nameNodes(nodes)} do not reach each other`
      : `Pods on ${nameNodes(nodes)} are cut off`;
  return way === undefined
    ? `${who}, while both reach all others and the nodes themselves: a route or neighbour entry for the other's pods is missing or wrong on one of them.`
    : `${who}: ${way.text}.`;
}

function rangesOf({ facts }: Situation, nodes: readonly string[]): string {
  return nodes
    .flatMap((name) => {
      const range = facts.nodes.find(({ meta }) => meta.name === name)?.podCIDRs[0];
      return range === undefined ? [] : [`${name} has ${range}`];
    })
    .join(', ');
}

function proOf({ loss, ways }: Finding): Weighed[] {
  const text = `pod network ${loss.reach === 'pair' ? 'between' : 'of'} ${nameNodes(loss.nodes)}: ${answeredWords(loss.pod)}; node network there: ${answeredWords(loss.under)}`;
  const probes = loss.reach === 'pair' ? 0.55 : 0.4;
  return [
    { weight: loss.agentsWell ? probes : 0.3, evidence: evidence('probe', text) },
    ...ways
      .slice(0, 3)
      .map((way, at) => ({ weight: at === 0 ? 0.75 : 0.1, evidence: evidence('host', way.text) })),
  ];
}

function judge(situation: Situation): Judgement {
  const finding = findingOf(situation);
  const told = matchSignatures(situation).get(ID) ?? [];
  const summary =
    finding === null
      ? `Routes to pod ranges are missing or refused: ${told[0]?.evidence.text ?? ''}`
      : summaryOf(finding);
  const pro = [...(finding === null ? [] : proOf(finding)), ...told];
  const cause = weighedCause({ id: ID, component: 'Routes to pod ranges', summary, pro, contra: [] });
  if (cause !== null) return { cause, checks: [check(ID, TITLE, 'found', summary)], unknown: [] };
  const read = situation.facts.hosts.filter(({ routes }) => routes !== null).length;
  const all = situation.facts.nodes.length;
  const clear = read > 0 && read === all;
  const detail = clear
    ? `the kernels of ${read} of ${all} nodes have their routes`
    : `${read} of ${all} nodes told their routes; no event or log line says more`;
  return { cause, checks: [check(ID, TITLE, clear ? 'clear' : 'unknown', detail)], unknown: [] };
}

/** The agent whose node lacks something it writes when it starts. */
function restartOf(situation: Situation, { ways, loss }: Finding): Remedy | null {
  const [way] = ways;
  // A route that somebody else put there outlasts any restart.
  if (way === undefined || !loss.agentsWell || ways.some(({ kind }) => kind === 'stray')) return null;
  const agent = cniCoverage(situation.facts)
    .flatMap(({ nodes }) => nodes)
    .find((on) => on.state === 'ready' && on.node.meta.name === way.node);
  if (agent?.state !== 'ready') return null;
  const target = refOf('Pod', agent.pod.meta);
  return {
    type: 'plan',
    title: clip(`Delete pod ${target.namespace}/${target.name} on ${way.node}`, 200),
    why: clip(
      `${way.text}; pods there: ${answeredWords(loss.pod)}. The CNI agent writes its interface and routes when it starts, and does not look at them afterwards.`,
      600,
    ),
    actions: [{ type: 'delete-pod', target, params: { evidence: 'probes' } }],
  };
}

/** What is in the way has to go by hand: no agent of the cluster put it there. */
function strayOptions({ ways }: Finding): string[] {
  return ways
    .filter(({ kind }) => kind === 'stray')
    .slice(0, 2)
    .map(
      ({ node, text }) =>
        `${text}: see it by ip route show table all on ${node}, and remove it by ip route del with the same words. It takes effect at once; nothing restarts.`,
    );
}

function remedy(situation: Situation): Remedy | null {
  const finding = findingOf(situation);
  if (finding === null) return null;
  const restart = restartOf(situation, finding);
  if (restart !== null) return restart;
  const { nodes } = finding.loss;
  const [a = '', b = a] = nodes;
  const ranges = rangesOf(situation, nodes);
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`Pods on ${nameNodes(nodes)} do not reach ${a === b ? 'others' : 'each other'}`, 200),
      why: clip(summaryOf(finding), 800),
      options: [
        ...strayOptions(finding),
        `On ${a === b ? a : 'both nodes'}: ip route, ip neigh, bridge fdb; the other one's pod range has to be there${ranges === '' ? '' : ` (${ranges})`}.`,
        `The CNI agent writes these routes when it starts: its restart on the node that lacks one puts it back (on ${a === b ? a : `${a} and then on ${b}`}; running pods keep their network).`,
        'Find out who removed it: another agent that manages routes, a network manager on the host, a second CNI.',
      ].map((option) => clip(option, 400)),
    },
  };
}

/** C3: a node lacks the way to another node's pods. */
export const routeMissing: Runbook = {
  id: ID,
  needs: ['nodes', 'hosts'],
  wantsLogs: () => [],
  judge,
  remedy,
};
