import { formatDuration } from '../domain/duration.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { nodeDown, type NodeDown } from '../facts/node-down.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { isActive } from '../facts/pod-lookups.ts';
import type { NodeRecord } from '../facts/records.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { nameNodes } from './name-nodes.ts';
import { answeredWords, nodePathsOf, tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsNodes } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'node-not-ready';
const TITLE = 'Nodes that are not ready';
/** Agents report every few seconds. */
const REPORTED_MS = 30_000;

/**
 * `kubelet-only`: the machine answers, its kubelet does not report · `gone`: nothing of it answers · `ill`: the kubelet
 * reports, and what it reports is bad · `unknown`: no probe tells.
 */
type State = 'kubelet-only' | 'gone' | 'ill' | 'unknown';

interface Down {
  node: NodeRecord;
  down: NodeDown;
  state: State;
  seen: string;
}

function stateOf({ network }: Situation, node: NodeRecord, down: NodeDown): Pick<Down, 'state' | 'seen'> {
  if (!down.silent) return { state: 'ill', seen: '' };
  if (network === null) return { state: 'unknown', seen: '' };
  const { name } = node.meta;
  const own = network.agents.filter((agent) => agent.node === name);
  const reports = own.filter(
    ({ lastReportMs }) => lastReportMs !== null && network.atMs - lastReportMs <= REPORTED_MS,
  );
  const paths = tally(nodePathsOf(network, name));
  const words = `${reports.length} of ${own.length} agents there report; node network ${answeredWords(paths)}`;
  if (reports.length > 0 || paths.healthy > 0) return { state: 'kubelet-only', seen: words };
  if (own.length > 0 || paths.failing > 0) return { state: 'gone', seen: words };
  return { state: 'unknown', seen: '' };
}

function downNodes(situation: Situation): Down[] {
  return situation.facts.nodes.flatMap((node) => {
    const down = nodeDown(node);
    return down === null || node.meta.deletingSinceMs !== null
      ? []
      : [{ node, down, ...stateOf(situation, node, down) }];
  });
}

function conditionWords({ node, down: { condition } }: Down): string {
  const message = condition.message === '' ? '' : `: ${condition.message}`;
  return `${node.meta.name} Ready=${condition.status} ${condition.reason}${message}`;
}

function summaryOf({ facts }: Situation, found: readonly Down[]): string {
  const [first] = found;
  if (first === undefined) return '';
  const names = nameNodes(found.map(({ node }) => node.meta.name));
  const since = formatDuration(Math.max(0, facts.atMs - first.down.condition.sinceMs));
  const pressure = first.down.pressure.length === 0 ? '' : `, ${first.down.pressure.join(', ')}`;
  switch (first.state) {
    case 'kubelet-only':
      return `The kubelet of ${names} has not reported for ${since}, while the machine still answers: the kubelet is stopped, hangs, or cannot reach the API server.`;
    case 'gone':
      return `${names} is gone: for ${since} neither its kubelet nor any agent has reported, and nobody reaches it.`;
    case 'ill':
      return `${names} reports itself as not ready for ${since}: ${clip(first.down.condition.message || first.down.condition.reason, 200)}${pressure}.`;
    case 'unknown':
      return `The kubelet of ${names} has not reported for ${since}${pressure}.`;
  }
}

function proOf(situation: Situation, found: readonly Down[]): Weighed[] {
  const told = matchSignatures(situation).get(ID) ?? [];
  return [
    ...found.slice(0, 3).flatMap((one, at): Weighed[] => {
      const ref = refOf('Node', one.node.meta);
      const { sinceMs } = one.down.condition;
      return [
        {
          weight: at === 0 ? 0.7 : 0.1,
          evidence: evidence('object', conditionWords(one), { ref, atMs: sinceMs }),
        },
        ...one.down.pressure.map((type) => ({
          weight: 0.3,
          evidence: evidence('object', `${one.node.meta.name} reports ${type}`, { ref }),
        })),
        ...(one.seen === ''
          ? []
          : [
              {
                weight: at === 0 ? 0.4 : 0.1,
                evidence: evidence('probe', `${one.node.meta.name}: ${one.seen}`),
              },
            ]),
      ];
    }),
    ...told,
  ];
}

function judge(situation: Situation): Judgement {
  const unread = situation.facts.unknown.find(({ what }) => what === 'nodes');
  const all = downNodes(situation);
  const here = all.filter(({ node }) => concernsNodes(situation, [node.meta.name]));
  const found = here.length > 0 ? here : all;
  const told = matchSignatures(situation).get(ID) ?? [];
  if (found.length === 0) {
    const cause = weighedCause({
      id: ID,
      component: 'Node',
      summary: `A node itself is in trouble: ${told[0]?.evidence.text ?? ''}`,
      pro: told,
      contra: [],
    });
    const detail =
      unread?.why ??
      `${situation.facts.nodes.length} of ${situation.facts.nodes.length} nodes are ready or complain of their network only`;
    return {
      cause,
      checks: [check(ID, TITLE, unread === undefined ? 'clear' : 'unknown', detail)],
      unknown: [],
    };
  }
  const names = nameNodes(found.map(({ node }) => node.meta.name));
  const contra =
    here.length === 0
      ? [{ weight: 0.7, evidence: evidence('object', `the trouble is not on ${names}`) }]
      : [];
  const summary = summaryOf(situation, found);
  const cause = weighedCause({
    id: ID,
    component: `Node ${names}`,
    summary,
    pro: proOf(situation, found),
    contra,
  });
  return {
    cause,
    checks: [check(ID, TITLE, 'found', summary)],
    unknown: [`what runs on ${found[0]?.node.meta.name ?? 'the node'}: processes, disk, kernel log`],
  };
}

/** Where the API server listens, by its own EndpointSlice. */
function apiServerOf({ facts }: Situation): string {
  const slice = facts.endpointSlices.find(
    ({ meta, service }) => meta.namespace === 'default' && service === 'kubernetes',
  );
  const address = slice?.endpoints[0]?.addresses[0];
  const port = slice?.ports[0]?.port;
  return address === undefined || port === undefined ? 'API-SERVER:6443' : `${address}:${port}`;
}

function optionsFor(situation: Situation, { state, node }: Down, pods: number): string[] {
  const { name } = node.meta;
  const evicted = `After 5 min not ready, Kubernetes deletes the ${pods} pods there; those of Deployments start elsewhere, those of StatefulSets wait until ${name} is back or its Node object is deleted.`;
  switch (state) {
    case 'kubelet-only':
    case 'unknown':
      return [
        `On ${name}: systemctl status kubelet; journalctl -u kubelet -n 100 --no-pager; df -h / /var/lib/kubelet; openssl x509 -noout -enddate -in /var/lib/kubelet/pki/kubelet-client-current.pem`,
        `Start it: on ${name}, systemctl restart kubelet (or, if it waits for the runtime, systemctl restart containerd kubelet). Running containers go on.`,
        `Does it reach the API server? On ${name}: curl -sk -m 5 https://${apiServerOf(situation)}/healthz`,
        evicted,
      ];
    case 'gone':
      return [
        `Is the machine on? Console or provider: power state, reboot, kernel panic, network card; then start it. It comes back by itself once its kubelet reports.`,
        `If it will not come back: kubectl delete node ${name}. Its pods are given up at once and volumes are detached; only when it is surely off, or data is written twice.`,
        `If it is off for sure and stateful pods wait: kubectl taint node ${name} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`,
        evicted,
      ];
    case 'ill':
      return [
        `kubectl describe node ${name} (Conditions, Events); on ${name}: journalctl -u kubelet -n 100 --no-pager; systemctl status containerd; df -h; free -m`,
        `Until it is well: kubectl cordon ${name}. New pods go elsewhere; running ones stay.`,
        evicted,
      ];
  }
}

function remedy(situation: Situation): Remedy | null {
  const found = downNodes(situation).filter(({ node }) => concernsNodes(situation, [node.meta.name]));
  const [first] = found;
  if (first === undefined) return null;
  const names = nameNodes(found.map(({ node }) => node.meta.name));
  const pods = situation.facts.pods.filter((pod) => pod.nodeName === first.node.meta.name && isActive(pod));
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(first.state === 'gone' ? `${names} is gone` : `${names} is not ready`, 200),
      why: clip(
        `${summaryOf(situation, found)} Nothing in the cluster’s objects can start a machine or its kubelet.`,
        800,
      ),
      options: optionsFor(situation, first, pods.length).map((option) => clip(option, 400)),
    },
  };
}

/** The node itself: power, kubelet, runtime, disk. Its pods' network trouble follows from that. */
export const nodeNotReady: Runbook = {
  id: ID,
  needs: ['nodes'],
  wantsLogs: () => [],
  judge,
  remedy,
};
