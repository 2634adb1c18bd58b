import type { Situation } from '../facts/cluster-facts.ts';
import type { HostFacts } from '../facts/host-facts.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { isWhole, type PodNetworkLoss, podNetworkLoss } from './pod-network-loss.ts';
import { answeredWords } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsNodes } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'node-kernel-or-host-firewall';
const TITLE = 'Kernel and host firewall';
const NEARLY_FULL = 0.95;

/** A setting or table of one node's kernel that breaks the pods' network. */
interface Flaw {
  node: string;
  what: 'ip-forward' | 'conntrack' | 'neighbours' | 'rp-filter' | 'bridge-netfilter';
  text: string;
  weight: number;
}

function isFull(table: { used: number; max: number } | null): boolean {
  return table !== null && table.max > 0 && table.used / table.max >= NEARLY_FULL;
}

/** The way in that pods and tunnels use: strict filtering there drops what comes back another way. */
const POD_INTERFACE = /^(cni0|cbr0|flannel|cali|vxlan|tunl|cilium|lxc|antrea|weave|kube-)/;

function flawsOf(host: HostFacts, others: readonly HostFacts[]): Flaw[] {
  const { node, ipForward, bridgeNetfilter, conntrack, neighbours, interfaces } = host;
  const flaws: Flaw[] = [];
  if (ipForward === false) {
    flaws.push({
      node,
      what: 'ip-forward',
      weight: 0.85,
      text: `net.ipv4.ip_forward is 0 on ${node}: its kernel passes nothing on, neither from pods nor to them`,
    });
  }
  if (conntrack !== null && isFull({ used: conntrack.count, max: conntrack.max })) {
    flaws.push({
      node,
      what: 'conntrack',
      weight: 0.75,
      text: `the connection table of ${node} is full: ${conntrack.count} of ${conntrack.max} (nf_conntrack_max); new connections are dropped`,
    });
  }
  if (neighbours !== null && isFull({ used: neighbours.entries, max: neighbours.max })) {
    flaws.push({
      node,
      what: 'neighbours',
      weight: 0.6,
      text: `the neighbour table of ${node} is full: ${neighbours.entries} of ${neighbours.max} (gc_thresh3); addresses that are not in it cannot be reached`,
    });
  }
  // What all nodes have is how this cluster is made.
  if (bridgeNetfilter === 'off' && others.some((other) => other.bridgeNetfilter === 'on')) {
    flaws.push({
      node,
      what: 'bridge-netfilter',
      weight: 0.45,
      text: `net.bridge.bridge-nf-call-iptables is 0 on ${node} only: Services do not lead to pods of the same node`,
    });
  }
  const strict = interfaces
    .filter(({ name, rpFilter }) => rpFilter === 'strict' && POD_INTERFACE.test(name))
    .map(({ name }) => name);
  const elsewhere = others.some((other) =>
    other.interfaces.some(({ name, rpFilter }) => strict.includes(name) && rpFilter === 'strict'),
  );
  if (strict.length > 0 && others.length > 0 && !elsewhere) {
    flaws.push({
      node,
      what: 'rp-filter',
      weight: 0.4,
      text: `rp_filter is strict on ${strict.slice(0, 3).join(', ')} of ${node} only: packets that would leave another way are dropped`,
    });
  }
  return flaws;
}

function flaws(situation: Situation): Flaw[] {
  const { hosts } = situation.facts;
  return hosts
    .filter(({ node }) => concernsNodes(situation, [node]))
    .flatMap((host) =>
      flawsOf(
        host,
        hosts.filter(({ node }) => node !== host.node),
      ),
    )
    .toSorted((a, b) => b.weight - a.weight);
}

/** Nothing of its pods leaves the node, not even past the tunnel, though the node itself is well: a filter of the host. */
function filtered(situation: Situation): PodNetworkLoss | null {
  const loss = podNetworkLoss(situation);
  return loss !== null && loss.podsMute && loss.agentsWell && isWhole(loss) ? loss : null;
}

function filterWords({ nodes, pod, under }: PodNetworkLoss): string {
  return `nothing of the pods on ${nameNodes(nodes)} leaves the node (${answeredWords(pod)}), not even their agent's reports to nodes' addresses, while the node itself reaches the others (${answeredWords(under)}): its firewall or kernel does not forward`;
}

function fromProbes(situation: Situation, found: readonly Flaw[]): Weighed[] {
  const loss = podNetworkLoss(situation);
  if (loss === null || !found.some(({ node }) => loss.nodes.includes(node))) return [];
  const text = `pod network of ${nameNodes(loss.nodes)}: ${answeredWords(loss.pod)}; node network there: ${answeredWords(loss.under)}`;
  return [{ weight: 0.4, evidence: evidence('probe', text) }];
}

function judge(situation: Situation): Judgement {
  const told = matchSignatures(situation).get(ID) ?? [];
  const found = flaws(situation);
  const [first] = found;
  const mute = filtered(situation);
  const pro: Weighed[] = [
    ...found.slice(0, 4).map((flaw, at) => ({
      weight: at === 0 ? flaw.weight : flaw.weight / 3,
      evidence: evidence('host', flaw.text),
    })),
    ...fromProbes(situation, found),
    ...(mute === null ? [] : [{ weight: 0.6, evidence: evidence('probe', filterWords(mute)) }]),
    ...told,
  ];
  const summary =
    first === undefined
      ? mute !== null
        ? `${filterWords(mute)}.`.replace(/^n/, 'N')
        : `The node’s kernel drops packets: ${told[0]?.evidence.text ?? ''}`
      : `${clip(first.text, 350)}.`;
  const cause = weighedCause({
    id: ID,
    component: first === undefined ? TITLE : `Kernel of ${first.node}`,
    summary,
    pro,
    contra: [],
  });
  const firewall = ['firewall rules of the nodes: reading them needs rights that no agent has'];
  if (cause !== null) return { cause, checks: [check(ID, TITLE, 'found', summary)], unknown: firewall };
  const known = situation.facts.hosts.length;
  const detail =
    known === 0
      ? 'no node told of its kernel'
      : `forwarding is on and no table is full on ${known} of ${situation.facts.nodes.length} nodes`;
  return {
    cause,
    checks: [check(ID, TITLE, known === 0 ? 'unknown' : 'clear', detail)],
    unknown: known === 0 ? [] : firewall,
  };
}

function optionsFor({ what, node }: Flaw): string[] {
  switch (what) {
    case 'ip-forward':
      return [
        `Switch it on: on ${node}, sysctl -w net.ipv4.ip_forward=1. Works at once; nothing restarts.`,
        `Keep it: echo net.ipv4.ip_forward=1 > /etc/sysctl.d/99-kubernetes.conf on ${node}, and look who switched it off: grep -rn ip_forward /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/lib/sysctl.d; firewalld, a hardening role, a VPN client.`,
        `Compare: sysctl net.ipv4.conf.all.forwarding net.ipv4.ip_forward on another node.`,
      ];
    case 'conntrack':
      return [
        `Make room now: on ${node}, sysctl -w net.netfilter.nf_conntrack_max=<twice the value>; about 320 bytes of kernel memory each. kube-proxy sets it again when it starts: conntrack.maxPerCore in its ConfigMap.`,
        `Who fills it: on ${node}, conntrack -L 2>/dev/null | awk '{print $5}' | sort | uniq -c | sort -rn | head; conntrack -S shows drops.`,
        'Short-lived UDP and connections that are never closed fill it; a node-local DNS cache takes DNS out of it.',
      ];
    case 'neighbours':
      return [
        `Make room now: on ${node}, sysctl -w net.ipv4.neigh.default.gc_thresh3=8192 net.ipv4.neigh.default.gc_thresh2=4096 net.ipv4.neigh.default.gc_thresh1=2048; keep it in /etc/sysctl.d on all nodes.`,
        `Look: on ${node}, ip -s neigh | awk '{print $NF}' | sort | uniq -c; dmesg | grep -i neighbour`,
      ];
    case 'bridge-netfilter':
      return [
        `On ${node}: modprobe br_netfilter && sysctl -w net.bridge.bridge-nf-call-iptables=1; keep both in /etc/modules-load.d and /etc/sysctl.d.`,
      ];
    case 'rp-filter':
      return [
        `On ${node}: sysctl -w net.ipv4.conf.all.rp_filter=0 and the same for the interfaces named (or 2, loose), as on the other nodes; keep it in /etc/sysctl.d.`,
        `See what it drops: on ${node}, nstat -az TcpExtIPReversePathFilter`,
      ];
  }
}

function askForFirewall(mute: PodNetworkLoss): Remedy {
  const [node = 'the node'] = mute.nodes;
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`The host of ${node} forwards nothing of its pods`, 200),
      why: clip(
        `${filterWords(mute).replace(/^n/, 'N')}. Rules of hosts are not read and never changed from here.`,
        800,
      ),
      options: [
        `Look: on ${node}, nft list ruleset | grep -B3 -A8 'hook forward'; iptables -S FORWARD | head -20. A policy of drop needs rules that accept the pods' ranges.`,
        `Open it for now: on ${node}, iptables -P FORWARD ACCEPT, or nft rules that accept traffic from and to the pods' ranges; nothing restarts.`,
        `Who set it: firewalld, ufw (DEFAULT_FORWARD_POLICY), a server template, Docker (it sets FORWARD to DROP): systemctl list-units | grep -iE 'firewall|ufw|nftables|docker'.`,
      ].map((option) => clip(option, 400)),
    },
  };
}

function remedy(situation: Situation): Remedy | null {
  const [first] = flaws(situation);
  const mute = filtered(situation);
  if (first === undefined) return mute === null ? null : askForFirewall(mute);
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`The kernel of ${first.node} keeps pods from their network`, 200),
      why: clip(
        `${first.text}. No object of the cluster sets it, so no action of the catalogue mends it.`,
        800,
      ),
      options: optionsFor(first).map((option) => clip(option, 400)),
    },
  };
}

/** C3: a setting or a full table of a node's kernel; what agents on the nodes read of it says so. */
export const hostKernel: Runbook = {
  id: ID,
  needs: ['hosts', 'nodes'],
  wantsLogs: () => [],
  judge,
  remedy,
};
