import type { ClusterFacts, Situation } from '../facts/cluster-facts.ts';
import { cniAgents, type CniFlavour } from '../facts/cni-flavour.ts';
import { refOf } from '../facts/object-ref-of.ts';
import type { NodeRecord } from '../facts/records.ts';
import { clip, evidence } from './evidence.ts';
import { cniLogWishes, cniTrouble } from './cni-trouble.ts';
import { flannelNetwork, freeRange } from './cluster-ranges.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { answeredWords, podPathsOf, tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsNodes } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'node-cidr-not-assigned';
const TITLE = 'Pod ranges of nodes';
/** The allocator gives a new node its range within seconds. */
const GRACE_MS = 20_000;
/** What the allocator records of a node that it could not serve. */
const REFUSED = ['CIDRNotAvailable', 'CIDRAssignmentFailed'];
/** CNIs that take the node's range from the Node object, by their own documentation. */
const BY_NODE_RANGE: readonly CniFlavour[] = ['flannel', 'canal', 'kube-router', 'kindnet'];

/** Where no node has a range, they are kept elsewhere: nobody misses one. */
function withoutRange({ facts }: Situation): NodeRecord[] {
  const have = facts.nodes.filter(({ podCIDRs }) => podCIDRs.length > 0).length;
  const byRange = cniAgents(facts).some(({ flavour }) => BY_NODE_RANGE.includes(flavour));
  if (have === 0 || !(byRange || have * 2 > facts.nodes.length)) return [];
  const refused = new Set(
    facts.events.flatMap(({ reason, object }) =>
      object.kind === 'Node' && REFUSED.includes(reason) ? [object.name] : [],
    ),
  );
  return facts.nodes.filter(
    ({ meta, podCIDRs, taints }) =>
      podCIDRs.length === 0 &&
      meta.deletingSinceMs === null &&
      (facts.atMs - meta.createdMs >= GRACE_MS || refused.has(meta.name)) &&
      meta.labels['type'] !== 'virtual-kubelet' &&
      !taints.some(({ key }) => key === 'virtual-kubelet.io/provider'),
  );
}

function namesOf(nodes: readonly NodeRecord[]): string[] {
  return nodes.map(({ meta }) => meta.name);
}

function proOf(situation: Situation, nodes: readonly NodeRecord[], told: readonly Weighed[]): Weighed[] {
  const [first] = nodes;
  if (first === undefined) return [...told];
  const have = situation.facts.nodes.length - nodes.length;
  const text = `${nameNodes(namesOf(nodes))} ${nodes.length === 1 ? 'has' : 'have'} no spec.podCIDR; ${have} other nodes have one`;
  return [
    { weight: 0.65, evidence: evidence('object', text, { ref: refOf('Node', first.meta) }) },
    ...told,
    ...cniTrouble(situation).weighed,
  ];
}

/** A node whose pods reach others, and whose agent is well, does not miss its range. */
function contraOf(situation: Situation, nodes: readonly NodeRecord[]): Weighed[] {
  if (nodes.length === 0) return [];
  const names = namesOf(nodes);
  const contra: Weighed[] = [];
  if (!concernsNodes(situation, names)) {
    contra.push({ weight: 0.7, evidence: evidence('object', `the trouble is not on ${nameNodes(names)}`) });
  }
  const { network } = situation;
  const paths = network === null ? null : tally(names.flatMap((name) => podPathsOf(network, name)));
  const agentsWell = cniTrouble(situation).weighed.length === 0;
  if (agentsWell && paths !== null && paths.failing === 0 && paths.healthy > 0) {
    const text = `pods there reach other nodes: ${answeredWords(paths)}`;
    contra.push({ weight: 0.5, evidence: evidence('probe', text) });
  }
  return contra;
}

function summaryOf(nodes: readonly NodeRecord[], told: readonly Weighed[]): string {
  if (nodes.length === 0) return `A node has no pod range: ${told[0]?.evidence.text ?? ''}`;
  const names = nameNodes(namesOf(nodes));
  return `${names} ${nodes.length === 1 ? 'has' : 'have'} no pod range: the CNI has no addresses to give out there, and other nodes have no way to its pods.`;
}

function judge(situation: Situation): Judgement {
  const unread = situation.facts.unknown.find(({ what }) => what === 'nodes');
  const told = matchSignatures(situation).get(ID) ?? [];
  const nodes = withoutRange(situation);
  const summary = summaryOf(nodes, told);
  const cause = weighedCause({
    id: ID,
    component: nodes.length === 0 ? 'Pod range of the node' : `Node ${nameNodes(namesOf(nodes))}`,
    summary,
    pro: proOf(situation, nodes, told),
    contra: contraOf(situation, nodes),
  });
  if (cause !== null) return { cause, checks: [check(ID, TITLE, 'found', summary)], unknown: [] };
  const detail = unread?.why ?? 'every node has a pod range, or the CNI here does not use them';
  return {
    cause,
    checks: [check(ID, TITLE, unread === undefined ? 'clear' : 'unknown', detail)],
    unknown: [],
  };
}

/** By hand, where nobody assigns ranges: the next one that no node has, within what the CNI was told. */
function byHand(facts: ClusterFacts, node: string): string[] {
  const range = freeRange(facts);
  if (range === null) return [];
  const patch = JSON.stringify({ spec: { podCIDR: range, podCIDRs: [range] } });
  return [
    `If nobody assigns ranges here: kubectl patch node ${node} -p '${patch}' (no node has this one). It has to lie within the cluster’s pod range${flannelNetwork(facts) === null ? '' : ` ${flannelNetwork(facts)?.text ?? ''}`} and cannot be changed afterwards.`,
  ];
}

function remedy(situation: Situation): Remedy | null {
  const nodes = withoutRange(situation);
  const [first] = nodes;
  if (first === undefined) return null;
  const told = matchSignatures(situation).get(ID) ?? [];
  const full = told.some(({ evidence: { text } }) =>
    /CIDRNotAvailable|no remaining CIDRs|failed to allocate cidr/i.test(text),
  );
  const { name } = first.meta;
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`${nameNodes(namesOf(nodes))} ${nodes.length === 1 ? 'has' : 'have'} no pod range`, 200),
      why: clip(
        `${summaryOf(nodes, told)} ${full ? 'The range of the whole cluster is used up.' : 'The controller manager gives ranges out, if it is told to.'}`,
        800,
      ),
      options: [
        `Who has which: kubectl get nodes -o custom-columns=NAME:.metadata.name,RANGE:.spec.podCIDR; why not this one: kubectl describe node ${name}; kubectl get events -A --field-selector reason=CIDRNotAvailable`,
        'Does the controller manager assign ranges? It needs --allocate-node-cidrs=true and --cluster-cidr (kube-controller-manager manifest, or the cloud’s own controller); see its log for "cidr".',
        ...(full
          ? [
              'No range is left: remove Node objects of machines that are gone, or give the cluster a further range (--cluster-cidr, ClusterCIDR, or smaller --node-cidr-mask-size for new nodes); existing ranges never change.',
            ]
          : byHand(situation.facts, name)),
        `Then the CNI agent on ${name} starts by itself within its back-off (at most 5 min); deleting its pod makes it now.`,
      ].map((option) => clip(option, 400)),
    },
  };
}

/** C2: a Node object has no pod range, and the CNI lives on that. */
export const nodeCidrNotAssigned: Runbook = {
  id: ID,
  needs: ['nodes', 'daemonSets', 'pods', 'events', 'logs'],
  wantsLogs: cniLogWishes,
  judge,
  remedy,
};
