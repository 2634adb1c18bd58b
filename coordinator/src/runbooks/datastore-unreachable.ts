import type { Situation } from '../facts/cluster-facts.ts';
import { cniAgents } from '../facts/cni-flavour.ts';
import { changedBefore, lastChangeOf } from '../facts/recent-changes.ts';
import { clip, evidence } from './evidence.ts';
import { cniLogWishes, cniTrouble } from './cni-trouble.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { nothingTold } from './nothing-told.ts';
import { answeredWords, nodePathsOf, tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { affectedNodes, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'datastore-or-apiserver-unreachable';
const TITLE = 'The CNI’s way to its datastore';

const DIALLED = /dial (?:tcp|udp) (\[?[0-9a-fA-F.:]{2,45}\]?:\d{1,5})/;

/** `address:port` that could not be reached, from the messages; null where they do not say. */
function dialledIn(texts: readonly string[]): string | null {
  for (const text of texts) {
    const match = DIALLED.exec(text);
    if (match?.[1] !== undefined) return match[1];
  }
  return null;
}

interface Target {
  /** In words, with the address where it is known. */
  words: string;
  address: string | null;
  /** The address is the Service of the API server: kube-proxy is on the way. */
  byService: boolean;
}

function targetOf({ facts }: Situation, told: readonly Weighed[]): Target {
  const address = dialledIn(told.map(({ evidence: { text } }) => text));
  const api = facts.services.find(({ meta }) => meta.namespace === 'default' && meta.name === 'kubernetes');
  const host = address?.replace(/:\d+$/, '') ?? '';
  if (address === null) return { words: 'its datastore or the API server', address, byService: false };
  if (api?.clusterIPs.includes(host) === true) {
    return { words: `the API server by its Service address ${address}`, address, byService: true };
  }
  const words = address.endsWith(':2379')
    ? `etcd at ${address}`
    : `the API server or datastore at ${address}`;
  return { words, address, byService: false };
}

/** Nodes of the agents that say so, as far as the incident names any. */
function whereOf(situation: Situation): string {
  const trouble = cniTrouble(situation).nodes;
  const nodes = trouble.length > 0 ? trouble : [...(affectedNodes(situation) ?? [])].toSorted();
  return nodes.length === 0 ? 'some node' : nameNodes(nodes);
}

/** Whether the node's own network works there: then it is the address or a filter, not the wire. */
function fromProbes(situation: Situation): Weighed[] {
  const { network } = situation;
  if (network === null) return [];
  const nodes = cniTrouble(situation).nodes;
  const paths = tally(nodes.flatMap((node) => nodePathsOf(network, node)));
  if (paths.failing === 0) return [];
  const text = `the node network of ${nameNodes(nodes)} fails too: ${answeredWords(paths)}`;
  return [{ weight: 0.2, evidence: evidence('probe', text) }];
}

function judge(situation: Situation): Judgement {
  const told = matchSignatures(situation).get(ID) ?? [];
  const [first] = told;
  if (first === undefined) return nothingTold(situation, ID, TITLE);
  const cause = weighedCause({
    id: ID,
    component: 'The CNI’s way to the API server',
    summary: `The CNI on ${whereOf(situation)} cannot reach ${targetOf(situation, told).words}.`,
    pro: [...told, ...cniTrouble(situation).weighed, ...fromProbes(situation)],
    contra: [],
  });
  return { cause, checks: [check(ID, TITLE, 'found', first.evidence.text)], unknown: [] };
}

function optionsFor(target: Target, node: string): string[] {
  const { address } = target;
  const url = address === null ? 'https://ADDRESS:PORT' : `https://${address}`;
  return [
    `From the node itself: on ${node}, curl -sk -m 5 ${url}/healthz; ip route get ${address?.replace(/:\d+$/, '') ?? 'ADDRESS'}; iptables-save | grep -iE 'drop|reject'; nft list ruleset`,
    ...(target.byService
      ? [
          `It goes through kube-proxy: on ${node}, curl -s 127.0.0.1:10256/healthz; iptables-save -t nat | grep default/kubernetes. If the rules are missing, start kube-proxy there anew (kubectl -n kube-system delete pod of that node).`,
        ]
      : [
          `Is the address right? kubectl get endpointslices -l kubernetes.io/service-name=kubernetes shows where the API server listens; compare KUBERNETES_SERVICE_HOST and the CNI’s own configuration.`,
        ]),
    'Is the API server or etcd itself ill? kubectl get --raw=/readyz?verbose; etcdctl endpoint health on the control plane.',
    'Do not restart CNI agents that still run: they keep the present routes, and without the API server they would not come up again.',
  ];
}

/** Its own template was changed shortly before: then the wrong address most likely came with that. */
function changeOptions(situation: Situation): string[] {
  return cniAgents(situation.facts).flatMap(({ daemonSets }) =>
    daemonSets.flatMap(({ meta }) => {
      const change = lastChangeOf(meta, 'containers') ?? lastChangeOf(meta, 'env');
      const changed = changedBefore(change, troubleSinceMs(situation));
      if (changed === '' || change?.manager.startsWith('pathmedic') === true) return [];
      const undo = `kubectl -n ${meta.namespace} rollout undo daemonset/${meta.name}`;
      return [
        `DaemonSet ${meta.namespace}/${meta.name} was ${changed}: if the address came with that, undo it: ${undo}. Agents that fail start anew, node by node; running pods keep their network.`,
      ];
    }),
  );
}

function remedy(situation: Situation): Remedy | null {
  const told = matchSignatures(situation).get(ID) ?? [];
  const [first] = told;
  if (first === undefined) return null;
  const target = targetOf(situation, told);
  const where = whereOf(situation);
  const node = cniTrouble(situation).nodes[0] ?? 'the node';
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`The CNI on ${where} cannot reach its datastore`, 200),
      why: clip(`It cannot reach ${target.words}. It says: ${first.evidence.text}`, 800),
      options: [...changeOptions(situation), ...optionsFor(target, node)]
        .slice(0, 6)
        .map((option) => clip(option, 400)),
    },
  };
}

/** C1: the CNI's agent or plugin gets no answer from what it keeps its state in. */
export const datastoreUnreachable: Runbook = {
  id: ID,
  needs: ['events', 'logs', 'pods', 'daemonSets', 'services'],
  wantsLogs: cniLogWishes,
  judge,
  remedy,
};
