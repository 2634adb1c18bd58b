import type { Situation } from '../facts/cluster-facts.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { isWhole, type PodNetworkLoss, podNetworkLoss } from './pod-network-loss.ts';
import { answeredWords } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'route-missing-or-wrong';
const TITLE = 'Routes to pod ranges';

/** A missing route takes everything between two nodes, and nothing else of either. */
function ofOnePair(situation: Situation): PodNetworkLoss | null {
  const loss = podNetworkLoss(situation);
  return loss !== null && loss.reach === 'pair' && isWhole(loss) ? loss : null;
}

function summaryOf({ nodes }: PodNetworkLoss): string {
  return `Pods on ${nameNodes(nodes)} do not reach each other, while both reach all others and the nodes themselves: a route or neighbour entry for the other's pods is missing or wrong on one of them.`;
}

function rangesOf({ facts }: Situation, nodes: readonly string[]): string {
  return nodes
    .flatMap((name) => {
      const range = facts.nodes.find(({ meta }) => meta.name === name)?.podCIDRs[0];
      return range === undefined ? [] : [`${name} has ${range}`];
    })
    .join(', ');
}

function judge(situation: Situation): Judgement {
  const loss = ofOnePair(situation);
  const told = matchSignatures(situation).get(ID) ?? [];
  const pro: Weighed[] = [...told];
  if (loss !== null) {
    const text = `pod network between ${nameNodes(loss.nodes)}: ${answeredWords(loss.pod)}; node network there: ${answeredWords(loss.under)}`;
    pro.unshift({ weight: loss.agentsWell ? 0.55 : 0.3, evidence: evidence('probe', text) });
  }
  const summary =
    loss === null
      ? `Routes to pod ranges are missing or refused: ${told[0]?.evidence.text ?? ''}`
      : summaryOf(loss);
  const cause = weighedCause({ id: ID, component: 'Routes to pod ranges', summary, pro, contra: [] });
  const detail = cause === null ? 'no event or log line says so, which proves nothing' : summary;
  return { cause, checks: [check(ID, TITLE, cause === null ? 'unknown' : 'found', detail)], unknown: [] };
}

function remedy(situation: Situation): Remedy | null {
  const loss = ofOnePair(situation);
  if (loss === null) return null;
  const [a = '', b = ''] = loss.nodes;
  const ranges = rangesOf(situation, loss.nodes);
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`Pods on ${a} and ${b} do not reach each other`, 200),
      why: clip(summaryOf(loss), 800),
      options: [
        `On both nodes: ip route, ip neigh, bridge fdb; the other one's pod range has to be there${ranges === '' ? '' : ` (${ranges})`}.`,
        `The CNI agent writes these routes when it starts: its restart on the node that lacks one puts it back (on ${a} and then on ${b}; running pods keep their network).`,
        'Find out who removed it: another agent that manages routes, a network manager on the host, a second CNI.',
      ].map((option) => clip(option, 400)),
    },
  };
}

/** C3: a node lacks the way to another node's pods. */
export const routeMissing: Runbook = {
  id: ID,
  needs: ['nodes'],
  wantsLogs: () => [],
  judge,
  remedy,
};
