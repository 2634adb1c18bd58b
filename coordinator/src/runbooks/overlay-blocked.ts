import type { Situation } from '../facts/cluster-facts.ts';
import { cniAgents, type CniFlavour } from '../facts/cni-flavour.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { isWhole, type PodNetworkLoss, podNetworkLoss } from './pod-network-loss.ts';
import { answeredWords } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'overlay-blocked';
const TITLE = 'Encapsulated traffic between nodes';

/** What carries pod traffic between nodes, by each CNI's default; people look for it in firewalls. */
const CARRIER: Partial<Record<CniFlavour, string>> = {
  flannel: 'VXLAN (UDP 8472)',
  canal: 'VXLAN (UDP 8472)',
  calico: 'IPIP (protocol 4) or VXLAN (UDP 4789)',
  cilium: 'VXLAN (UDP 8472) or Geneve (UDP 6081)',
  antrea: 'Geneve (UDP 6081)',
  weave: 'UDP 6783 and 6784',
  'ovn-kubernetes': 'Geneve (UDP 6081)',
  'kube-ovn': 'Geneve (UDP 6081)',
};

function carrierOf(situation: Situation): string | null {
  const found = cniAgents(situation.facts).flatMap(({ flavour }) => CARRIER[flavour] ?? []);
  return found[0] ?? null;
}

function where({ reach, nodes }: PodNetworkLoss): string {
  return reach === 'node' ? `between ${nameNodes(nodes)} and other nodes` : `between ${nameNodes(nodes)}`;
}

/** A whole node cut off is more likely its firewall or encapsulation; a single pair more likely a route (its own runbook). */
function weightOf(loss: PodNetworkLoss): number {
  if (!loss.agentsWell || loss.podsMute) return 0.3;
  if (loss.reach === 'pair') return isWhole(loss) ? 0.4 : 0.5;
  return 0.55;
}

function summaryOf(situation: Situation, loss: PodNetworkLoss): string {
  const carrier = carrierOf(situation);
  const what = carrier === null ? 'Pod traffic' : `Pod traffic in ${carrier}`;
  const share = isWhole(loss) ? 'is lost' : `loses ${Math.max(1, Math.round(loss.lossRate * 100))} %`;
  return `${what} ${share} ${where(loss)}, while the nodes themselves reach each other.`;
}

function judge(situation: Situation): Judgement {
  const loss = podNetworkLoss(situation);
  const told = matchSignatures(situation).get(ID) ?? [];
  if (loss === null) return { cause: null, checks: [], unknown: [] };
  const text = `pod network ${where(loss)}: ${answeredWords(loss.pod)}; node network there: ${answeredWords(loss.under)}`;
  const pro: Weighed[] = [{ weight: weightOf(loss), evidence: evidence('probe', text) }, ...told];
  const summary = summaryOf(situation, loss);
  const cause = weighedCause({ id: ID, component: 'Pod network between nodes', summary, pro, contra: [] });
  return {
    cause,
    checks: [check(ID, TITLE, 'found', summary)],
    unknown: ['firewalls, routes and interfaces of the nodes'],
  };
}

function remedy(situation: Situation): Remedy | null {
  const loss = podNetworkLoss(situation);
  if (loss === null) return null;
  const carrier = carrierOf(situation) ?? 'the encapsulation';
  const node = loss.nodes[0] ?? 'the node';
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`Pod traffic ${where(loss)} ${isWhole(loss) ? 'is lost' : 'is partly lost'}`, 200),
      why: clip(
        `${summaryOf(situation, loss)} Nothing in the cluster's objects says why, so it is on the nodes or between them.`,
        800,
      ),
      options: [
        `Host firewall: on ${node}, iptables-save and nft list ruleset; does anything drop ${carrier}? Also security groups and network ACLs between the nodes.`,
        `Is it sent and received? tcpdump -ni any on ${node} and on another node for ${carrier}, while a pod on one pings a pod on the other.`,
        `Routes and neighbours of pod ranges: on ${nameNodes(loss.nodes)}, ip route, ip neigh, bridge fdb; each other node's range has to be there.`,
        ...(isWhole(loss)
          ? []
          : [
              `Drops on the way: ethtool -S and ip -s link on ${node}; MTU, NIC offloads, a link or switch port that is full or faulty.`,
            ]),
        `Until it works: cordon ${node}; what serves users can move to other nodes.`,
      ].map((option) => clip(option, 400)),
    },
  };
}

/** C3: what the nodes exchange for their pods gets lost, though the nodes reach each other. */
export const overlayBlocked: Runbook = {
  id: ID,
  needs: ['nodes', 'pods', 'daemonSets'],
  wantsLogs: () => [],
  judge,
  remedy,
};
