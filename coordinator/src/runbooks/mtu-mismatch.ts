import type { PathState } from '../domain/network.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { cniAgents } from '../facts/cni-flavour.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { answeredWords, nodePathsOf, podPathsOf, tally, type Tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsNodes } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'mtu-mismatch';
const TITLE = 'MTU';

/** Large packets that vanish while small ones on the same ways pass. */
interface Loss {
  /** One node with all others, or the two ends of one pair. */
  nodes: string[];
  /** The nodes' own large packets vanish as well: it is under the pod network. */
  underlay: boolean;
  large: Tally;
  small: Tally;
  /** Largest packet that passed anywhere, and what the interface allows; null where it was not found out. */
  passesBytes: number | null;
  mtuBytes: number | null;
}

function far({ path: { to } }: PathState): string {
  return to.type === 'agent' ? to.node : '';
}

/** The node that all failing paths share, else both ends of the first; nothing else is known of three and more pairs. */
function placeOf(failing: readonly PathState[]): string[] {
  const counts = new Map<string, number>();
  for (const state of failing) {
    for (const node of new Set([state.path.from.node, far(state)]))
      counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  const shared = [...counts].filter(([, count]) => count === failing.length).map(([node]) => node);
  const pairs = new Set(failing.map((state) => [state.path.from.node, far(state)].toSorted().join('>')));
  if (pairs.size === 1 || shared.length === 0) return [...counts.keys()].toSorted();
  return shared.slice(0, 1);
}

function lossOf(situation: Situation): Loss | null {
  const { network } = situation;
  const failing = (network?.paths ?? []).filter(
    (state) =>
      state.path.kind === 'mtu' &&
      state.state === 'failing' &&
      concernsNodes(situation, [state.path.from.node, far(state)]),
  );
  if (network === null || failing.length === 0) return null;
  const underlay = failing.some(({ path }) => path.from.mode === 'host');
  const nodes = placeOf(failing);
  const [node = ''] = nodes;
  const small = underlay ? nodePathsOf(network, node) : podPathsOf(network, node);
  const sizes = failing.flatMap(({ sizeLoss }) => sizeLoss ?? []);
  const passing = sizes.flatMap(({ passesBytes }) => passesBytes ?? []);
  return {
    nodes,
    underlay,
    large: tally(failing),
    small: tally(small),
    passesBytes: passing.length === 0 ? null : Math.min(...passing),
    mtuBytes: sizes.length === 0 ? null : Math.max(...sizes.map(({ mtuBytes }) => mtuBytes)),
  };
}

function whereOf({ nodes }: Loss): string {
  return nodes.length === 2 ? `between ${nameNodes(nodes)}` : `to and from ${nameNodes(nodes)}`;
}

function sizeWords({ passesBytes, mtuBytes }: Loss): string {
  if (passesBytes === null) return mtuBytes === null ? '' : ` (the interface allows ${mtuBytes} bytes)`;
  return ` (at most ${passesBytes} bytes pass, the interface allows ${mtuBytes ?? 'more'})`;
}

function summaryOf(loss: Loss): string {
  const whose = loss.underlay ? 'of the nodes themselves' : 'of pods';
  return `Large packets ${whose} vanish ${whereOf(loss)}${sizeWords(loss)}, while small ones pass: the MTU is larger than what the way carries.`;
}

/** Interfaces whose sizes do not fit together, by the nodes' kernels. */
function fromHosts(situation: Situation, nodes: readonly string[]): Weighed[] {
  const { hosts } = situation.facts;
  return hosts
    .filter(({ node }) => nodes.includes(node))
    .flatMap((host) =>
      host.interfaces.flatMap((own): Weighed[] => {
        const others = hosts
          .filter(({ node }) => node !== host.node)
          .flatMap(({ interfaces }) => interfaces.filter(({ name }) => name === own.name));
        const [other] = others;
        if (other === undefined || others.some(({ mtuBytes }) => mtuBytes !== other.mtuBytes)) return [];
        if (other.mtuBytes === own.mtuBytes || own.name === 'lo') return [];
        const text = `MTU of ${own.name} on ${host.node} is ${own.mtuBytes}, on the other nodes ${other.mtuBytes}`;
        return [{ weight: 0.4, evidence: evidence('host', text) }];
      }),
    )
    .slice(0, 3);
}

function proOf(situation: Situation, loss: Loss): Weighed[] {
  const { large, small } = loss;
  const text = `large packets ${whereOf(loss)}: ${answeredWords(large)}; small ones there: ${answeredWords(small)}${sizeWords(loss)}`;
  const clean = small.failing === 0 && small.healthy > 0;
  return [
    { weight: clean ? 0.75 : 0.35, evidence: evidence('probe', text) },
    ...(loss.passesBytes === null
      ? []
      : [
          {
            weight: 0.4,
            evidence: evidence('probe', `the largest packet that passes has ${loss.passesBytes} bytes`),
          },
        ]),
    ...fromHosts(situation, loss.nodes),
  ];
}

function judge(situation: Situation): Judgement {
  const loss = lossOf(situation);
  const told = matchSignatures(situation).get(ID) ?? [];
  const summary =
    loss === null ? `Large packets do not fit: ${told[0]?.evidence.text ?? ''}` : summaryOf(loss);
  const pro = [...(loss === null ? [] : proOf(situation, loss)), ...told];
  const component = loss === null ? 'MTU' : `MTU ${whereOf(loss)}`;
  const cause = weighedCause({ id: ID, component, summary, pro, contra: [] });
  if (cause !== null) return { cause, checks: [check(ID, TITLE, 'found', summary)], unknown: [] };
  const probed = tally((situation.network?.paths ?? []).filter(({ path }) => path.kind === 'mtu'));
  const detail =
    probed.healthy > 0
      ? `large packets pass: ${answeredWords(probed)}`
      : 'large packets were not probed, and nothing was printed';
  return { cause, checks: [check(ID, TITLE, probed.healthy > 0 ? 'clear' : 'unknown', detail)], unknown: [] };
}

/** How each CNI is told a smaller MTU; running pods keep theirs until they are made anew. */
function lowerOption({ facts }: Situation, loss: Loss): string[] {
  const [agents] = cniAgents(facts);
  const size = loss.passesBytes === null ? 'what passes' : String(loss.passesBytes);
  const then =
    'then roll the agents and make all pods anew, node by node; throughput drops a little everywhere.';
  if (agents === undefined) return [];
  switch (agents.flavour) {
    case 'flannel':
    case 'canal':
      return [
        `Lower the pods' MTU: "MTU": ${size} in "Backend" of net-conf.json (flannel's ConfigMap), ${then}`,
      ];
    case 'calico':
      return [
        `Lower the pods' MTU: kubectl patch installation default --type=merge -p '{"spec":{"calicoNetwork":{"mtu":${size}}}}' (or veth_mtu in calico-config), ${then}`,
      ];
    case 'cilium':
      return [`Lower the pods' MTU: MTU ${size} in the values of Cilium (mtu in cilium-config), ${then}`];
    case 'weave':
    case 'antrea':
    case 'kube-router':
    case 'aws-node':
    case 'azure-cni':
    case 'kindnet':
    case 'ovn-kubernetes':
    case 'kube-ovn':
      return [`Lower the MTU of ${agents.flavour} to ${size} in its own configuration, ${then}`];
  }
}

function remedy(situation: Situation): Remedy | null {
  const loss = lossOf(situation);
  if (loss === null) return null;
  const [node = 'the node', peer = 'another node'] = loss.nodes;
  const bytes = (loss.mtuBytes ?? 1500) - 28;
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`Large packets ${whereOf(loss)} vanish`, 200),
      why: clip(
        `${summaryOf(loss)} Where the way can be made wider, that is the better cure; a larger MTU is never set from here.`,
        800,
      ),
      options: [
        `Find where: on ${node}, ip link (MTU of each interface); ping -M do -s ${bytes} to ${peer} and smaller; tracepath. Tunnels take 50 bytes (VXLAN), 20 (IPIP), 60 (WireGuard) off what the nodes' network carries.`,
        `Make the way wide enough: the MTU of the network card, switch port, VPN or cloud network of ${node} has to be what the others have. Filters that drop ICMP "fragmentation needed" hide it.`,
        ...lowerOption(situation, loss),
        `Until then, TCP can be helped on ${node}: iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu (lost at the next reboot).`,
      ].map((option) => clip(option, 400)),
    },
  };
}

/** C3: packets as large as the interface allows vanish on the way, small ones pass. */
export const mtuMismatch: Runbook = {
  id: ID,
  needs: ['hosts', 'daemonSets'],
  wantsLogs: () => [],
  judge,
  remedy,
};
