import type { Situation } from '../facts/cluster-facts.ts';
import { clip, evidence } from './evidence.ts';
import { cniTrouble } from './cni-trouble.ts';
import { foreignBridges } from './host-paths.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { affectedNodes, concernsNodes } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'stale-cni-state';
const TITLE = 'Left-over CNI state';

type LeftOver =
  | { type: 'bridge'; bridge: string; wanted: string | null }
  | { type: 'listener' }
  | { type: 'other' };

const BRIDGE = /"?([\w.-]{1,15})"? already has an IP address different from ([0-9a-fA-F.:/]{3,50})/;

/** By the kernels' own routes: the bridge is on another range than the node. */
function bridgesOf(situation: Situation): Weighed[] {
  return foreignBridges(situation)
    .filter(({ node }) => concernsNodes(situation, [node]))
    .slice(0, 3)
    .map(({ node, bridge, has, wants }, at) => ({
      weight: at === 0 ? 0.7 : 0.1,
      evidence: evidence(
        'host',
        `"${bridge}" already has an IP address different from ${wants} on ${node}: the range on it is ${has}`,
      ),
    }));
}

/** What was printed, and what the kernels tell. */
function findingsOf(situation: Situation): Weighed[] {
  return [...bridgesOf(situation), ...(matchSignatures(situation).get(ID) ?? [])];
}

function leftOverOf(told: readonly Weighed[]): LeftOver {
  for (const { evidence } of told) {
    const match = BRIDGE.exec(evidence.text);
    if (match?.[1] !== undefined) return { type: 'bridge', bridge: match[1], wanted: match[2] ?? null };
  }
  return told.some(({ evidence: { text } }) => /already in use/.test(text))
    ? { type: 'listener' }
    : { type: 'other' };
}

function nodesOf(situation: Situation): string[] {
  const told = foreignBridges(situation)
    .map(({ node }) => node)
    .filter((node) => concernsNodes(situation, [node]));
  const nodes = told.length > 0 ? told : cniTrouble(situation).nodes;
  return nodes.length > 0 ? nodes : [...(affectedNodes(situation) ?? [])].toSorted();
}

function summaryOf(situation: Situation, told: readonly Weighed[]): string {
  const nodes = nodesOf(situation);
  const where = nodes.length === 0 ? '' : ` on ${nameNodes(nodes)}`;
  const left = leftOverOf(told);
  switch (left.type) {
    case 'bridge':
      return `The bridge ${left.bridge}${where} still has an address of an earlier pod range${left.wanted === null ? '' : `, not of ${left.wanted}`}: pods there have lost their gateway, and new ones get no network.`;
    case 'listener':
      return `Something that an earlier instance left${where} still holds an address or socket that the CNI needs.`;
    case 'other':
      return `Left-overs of an earlier CNI or pod are in the way${where}: ${told[0]?.evidence.text ?? ''}`;
  }
}

function judge(situation: Situation): Judgement {
  const told = findingsOf(situation);
  const [first] = told;
  if (first === undefined) {
    const detail = 'no event or log line says so, which proves nothing';
    return { cause: null, checks: [check(ID, TITLE, 'unknown', detail)], unknown: [] };
  }
  const cause = weighedCause({
    id: ID,
    component: 'CNI state on the node',
    summary: summaryOf(situation, told),
    pro: [...told, ...cniTrouble(situation).weighed],
    contra: [],
  });
  return {
    cause,
    checks: [check(ID, TITLE, 'found', first.evidence.text)],
    unknown: ['files and interfaces of the node'],
  };
}

function optionsFor(left: LeftOver, node: string): string[] {
  const drain = `kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data moves its pods away first; kubectl uncordon ${node} afterwards.`;
  switch (left.type) {
    case 'bridge':
      return [
        `Look: on ${node}, ip -4 addr show ${left.bridge}; cat /run/flannel/subnet.env; kubectl get node ${node} -o jsonpath='{.spec.podCIDR}'. The bridge has to have the first address of that range.`,
        `Remove it: on ${node}, ip link set ${left.bridge} down && ip link delete ${left.bridge}. It is made anew with the next pod. Pods that run on ${node} lose their network and have to be made anew, so: ${drain}`,
        `If pods there still have addresses of the old range, delete them after that: kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`,
      ];
    case 'listener':
      return [
        `What holds it: on ${node}, ss -lntup; lsof -U | grep -iE 'cni|cilium|calico'; ip -d link; crictl ps -a`,
        `Stop the left-over process or remove its socket, then let the agent start again by itself.`,
        `A reboot of ${node} clears all of it: ${drain}`,
      ];
    case 'other':
      return [
        `What is there: on ${node}, ls -l /etc/cni/net.d /var/lib/cni/networks /var/run/*cni*; ip -d link; crictl pods. Configuration files and interfaces of a CNI that is no longer in use have to go.`,
        `A reboot of ${node} clears interfaces and sockets, not files: ${drain}`,
      ];
  }
}

function remedy(situation: Situation): Remedy | null {
  const told = findingsOf(situation);
  if (told.length === 0) return null;
  const nodes = nodesOf(situation);
  const summary = summaryOf(situation, told);
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(
        `Left-over CNI state${nodes.length === 0 ? '' : ` on ${nameNodes(nodes)}`} is in the way`,
        200,
      ),
      why: clip(`${summary} It is on the node itself, where no action of the catalogue reaches.`, 800),
      options: optionsFor(leftOverOf(told), nodes[0] ?? 'the node').map((option) => clip(option, 400)),
    },
  };
}

/** C1: what an earlier CNI, range or pod left on a node blocks the present one. */
export const staleCniState: Runbook = {
  id: ID,
  needs: ['events', 'logs', 'pods', 'nodes', 'hosts'],
  wantsLogs: () => [],
  judge,
  remedy,
};
