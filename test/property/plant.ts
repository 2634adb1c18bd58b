import type { ClusterFacts } from '@pathmedic/coordinator/facts/cluster-facts.ts';
import type { NetworkSnapshot } from '@pathmedic/coordinator/domain/network.ts';
import type { Symptom } from '@pathmedic/coordinator/domain/symptom.ts';
import { trimDaemonSet } from '@pathmedic/coordinator/adapters/kubernetes/trim/daemon-set.ts';
import { trimNode } from '@pathmedic/coordinator/adapters/kubernetes/trim/node.ts';
import { trimPod } from '@pathmedic/coordinator/adapters/kubernetes/trim/pod.ts';
import type { RawObject } from '@pathmedic/coordinator/domain/raw-object.ts';
import { createSimApiServer, type SimApiServer } from '../sim/apiserver/sim-api-server.ts';
import type { Schedule } from './schedule.ts';

/**
 * The plant under control: a small cluster in the simulated API server whose CNI DaemonSet can be made to leave out
 * node2. It is broken exactly as long as the API server's own object says so, whoever changed it.
 */
export interface Plant {
  server: SimApiServer;
  /** Bearer token of the executor: it may do what the manifests allow. */
  token: string;
  broken(): boolean;
  /** Somebody edits the DaemonSet: breaks it, heals it, or touches something that the plan does not read. */
  edit(what: 'break' | 'break-otherwise' | 'heal' | 'touch'): void;
  /** The DaemonSet right after it was first broken; null before. */
  asFirstBroken(): RawObject | null;
  /** What the DaemonSet controller would do by now: roll-outs settle at once. */
  settle(): void;
  facts(): ClusterFacts;
  snapshot(): NetworkSnapshot;
  symptom(): Symptom;
}

export const daemonSet = { namespace: 'kube-flannel', name: 'kube-flannel-ds' };
const nodes = ['node1', 'node2', 'node3'];
const labels = { app: 'flannel' };
const brokenNode = 'node2';

export async function createPlant(schedule: Schedule): Promise<Plant> {
  const clock = schedule.clockOf({ name: 'kubernetes', crashed: false }, 0);
  let uids = 0;
  const server = createSimApiServer({
    clock,
    random: schedule.random,
    newUid: () => `00000000-0000-4000-8000-${String((uids += 1)).padStart(12, '0')}`,
  });
  await server.start();
  const { system } = server;
  for (const name of ['kube-flannel', 'pathmedic'])
    system.create('namespaces', { metadata: { name } }, 'setup');
  for (const name of nodes) {
    system.create(
      'nodes',
      {
        metadata: {
          name,
          labels: { 'kubernetes.io/os': 'linux', ...(name === brokenNode ? {} : { net: 'on' }) },
        },
      },
      'setup',
    );
    system.patch(
      'nodes',
      { namespace: '', name },
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      { manager: 'kubelet', subresource: 'status' },
    );
  }
  system.create(
    'daemonsets',
    {
      metadata: { ...daemonSet, labels },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            hostNetwork: true,
            tolerations: [{ operator: 'Exists' }],
            containers: [{ name: 'kube-flannel', image: 'flannel:1' }],
          },
        },
      },
    },
    'setup',
  );
  const token = server.identities.addUser({ username: 'executor', groups: ['system:masters'] });
  const selectorNow = (): Record<string, string> =>
    system.get('daemonsets', daemonSet.namespace, daemonSet.name)?.spec?.template?.spec?.nodeSelector ?? {};
  const broken = (): boolean => Object.keys(selectorNow()).length > 0;

  function settle(): void {
    const found = system.get('daemonsets', daemonSet.namespace, daemonSet.name);
    const wanted = broken() ? nodes.filter((n) => n !== brokenNode) : nodes;
    const status = {
      observedGeneration: found?.metadata?.generation ?? 1,
      desiredNumberScheduled: wanted.length,
      currentNumberScheduled: wanted.length,
      updatedNumberScheduled: wanted.length,
      numberReady: wanted.length,
      numberAvailable: wanted.length,
      numberMisscheduled: 0,
    };
    system.replaceStatus('daemonsets', daemonSet, status, 'kube-controller-manager');
    for (const node of nodes) {
      const name = `kube-flannel-ds-${node}`;
      const there = system.get('pods', daemonSet.namespace, name) !== undefined;
      if (wanted.includes(node) && !there) createAgentPod(name, node, found?.metadata?.uid ?? '');
      if (!wanted.includes(node) && there)
        system.delete('pods', { namespace: daemonSet.namespace, name }, { gracePeriodSeconds: 0 });
    }
  }

  function createAgentPod(name: string, node: string, uid: string): void {
    system.create(
      'pods',
      {
        metadata: {
          name,
          namespace: daemonSet.namespace,
          labels,
          ownerReferences: [
            { apiVersion: 'apps/v1', kind: 'DaemonSet', name: daemonSet.name, uid, controller: true },
          ],
        },
        spec: {
          nodeName: node,
          hostNetwork: true,
          containers: [{ name: 'kube-flannel', image: 'flannel:1' }],
        },
      },
      'kube-controller-manager',
    );
    system.patch(
      'pods',
      { namespace: daemonSet.namespace, name },
      { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      { manager: 'kubelet', subresource: 'status' },
    );
  }

  const symptom = (): Symptom => ({
    kind: 'paths-failing',
    key: `pod-network:${brokenNode}`,
    scope: { type: 'nodes', nodes: [brokenNode] },
    component: `cni-egress:${brokenNode}`,
    headline: 'Pods on node2 cannot reach pods on other nodes',
    sinceMs: schedule.nowMs(),
    lines: ['node2 to 2 of 2 nodes: 0 of 24 probes answered'],
    affected: { nodes: [brokenNode], namespaces: [], objects: [{ kind: 'DaemonSet', ...daemonSet }] },
    pathIds: pathIds(),
    lossRate: 1,
  });

  let firstBroken: RawObject | null = null;
  settle();
  return {
    server,
    asFirstBroken: () => firstBroken,
    token,
    broken,
    settle,
    symptom,
    edit(what) {
      const patches = {
        break: { spec: { template: { spec: { nodeSelector: { net: 'on' } } } } },
        'break-otherwise': { spec: { template: { spec: { nodeSelector: { net: 'on', zone: 'a' } } } } },
        heal: { spec: { template: { spec: { nodeSelector: null } } } },
        touch: { metadata: { annotations: { note: String(schedule.nowMs()) } } },
      };
      system.patch('daemonsets', daemonSet, patches[what], { manager: 'kubectl-edit' });
      if (what === 'break' && firstBroken === null) {
        // A copy of plain data: the object model of the store is JSON.
        firstBroken = JSON.parse(
          JSON.stringify(system.get('daemonsets', daemonSet.namespace, daemonSet.name)),
        ) as RawObject;
      }
      settle();
    },
    facts: () => ({
      atMs: schedule.nowMs(),
      clusterName: 'property',
      nodes: system.list('nodes').flatMap((o) => trimNode(o) ?? []),
      namespaces: [],
      pods: system.list('pods').flatMap((o) => trimPod(o) ?? []),
      daemonSets: system.list('daemonsets').flatMap((o) => trimDaemonSet(o) ?? []),
      deployments: [],
      services: [],
      endpointSlices: [],
      networkPolicies: [],
      configMaps: [],
      events: [],
      logs: [],
      hosts: [],
      unknown: [],
    }),
    snapshot: () => snapshotOf(broken(), schedule.nowMs(), broken() ? [symptom()] : []),
  };
}

function pairs(): { from: string; to: string }[] {
  return nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => ({ from, to })));
}

const idOf = (from: string, to: string): string => `pod|tcp|${from}/pod|${to}/pod`;
const isHit = ({ from, to }: { from: string; to: string }): boolean =>
  from === brokenNode || to === brokenNode;

function pathIds(): string[] {
  return pairs()
    .filter(isHit)
    .map(({ from, to }) => idOf(from, to));
}

/** What agents would report: every path from and to the broken node is dead, the others answer. */
function snapshotOf(broken: boolean, nowMs: number, symptoms: Symptom[]): NetworkSnapshot {
  const paths = pairs().map(({ from, to }) => ({
    path: {
      id: idOf(from, to),
      from: { node: from, mode: 'pod' as const, namespace: 'pathmedic' },
      kind: 'pod' as const,
      protocol: 'tcp' as const,
      to: {
        type: 'agent' as const,
        node: to,
        mode: 'pod' as const,
        podUid: to,
        address: '10.0.0.1',
        port: 8471,
      },
    },
    state: broken && isHit({ from, to }) ? ('failing' as const) : ('healthy' as const),
    sent: 12,
    lost: broken && isHit({ from, to }) ? 12 : 0,
    failures: broken && isHit({ from, to }) ? [{ outcome: 'timeout', count: 12 }] : [],
    sinceMs: nowMs - 5000,
    lastReportMs: nowMs,
  }));
  const suspects = broken
    ? [
        {
          component: `cni-egress:${brokenNode}` as const,
          indistinguishable: [`cni-ingress:${brokenNode}` as const],
          lossRate: 1,
          confidence: 0.99,
          explains: pathIds(),
          unconfirmed: false,
        },
      ]
    : [];
  const agents = nodes.map((node) => ({
    node,
    mode: 'pod',
    namespace: 'pathmedic',
    lastReportMs: nowMs,
    impaired: null,
  }));
  const judged = { nodes, namespaces: ['kube-flannel', 'pathmedic'] };
  return { atMs: nowMs, complete: true, judged, paths, suspects, symptoms, agents };
}
