import { afterEach, expect, test } from 'vitest';
import { CoreV1Api } from '@kubernetes/client-node';
import type { VirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import type { Pod } from './apiserver/stored-pods.ts';
import { REAL_TIMING } from './controllers/timing.ts';
import type { SimCluster } from './sim-cluster.ts';
import { createSimCluster } from './sim-cluster.ts';

let cluster: SimCluster | undefined;

afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

async function healthy(
  options: { dnsPort?: number } = {},
): Promise<{ clock: VirtualClock; cluster: SimCluster }> {
  const clock = createVirtualClock();
  const made = createSimCluster({ nodes: 3, clock, timing: REAL_TIMING, listens: false, ...options });
  cluster = made;
  await advanceUntil(clock, 'the cluster is healthy', () => made.isHealthy());
  return { clock, cluster: made };
}

async function advanceUntil(
  clock: VirtualClock,
  what: string,
  holds: () => boolean,
  limitMs = 300_000,
): Promise<void> {
  const end = clock.monotonicMs() + limitMs;
  while (!holds()) {
    if (clock.monotonicMs() > end || !(await clock.runNext())) throw new Error(`does not happen: ${what}`);
  }
}

const dnsPods = (made: SimCluster): Pod[] =>
  made.client.list('pods', 'kube-system').filter((pod) => pod.metadata.labels?.['k8s-app'] === 'kube-dns');
const nodeReady = (made: SimCluster, node: string): string | undefined =>
  made.client.get('nodes', '', node)?.status.conditions?.find((condition) => condition.type === 'Ready')
    ?.status;

function setCorefile(made: SimCluster, change: (corefile: string) => string): void {
  const of = { namespace: 'kube-system', name: 'coredns' };
  const Corefile = made.client.get('configmaps', of.namespace, of.name)?.data?.['Corefile'] ?? '';
  made.client.patch('configmaps', of, { data: { Corefile: change(Corefile) } }, { manager: 'kubectl-edit' });
}

test('a new cluster becomes healthy: nodes untainted, daemons everywhere, CoreDNS spread and behind its Service', async () => {
  const { cluster: made } = await healthy();
  expect(made.client.list('nodes').flatMap((node) => node.spec.taints ?? [])).toEqual([]);
  expect(made.client.get('daemonsets', 'kube-flannel', 'kube-flannel-ds')?.status).toMatchObject({
    desiredNumberScheduled: 3,
    numberReady: 3,
    numberMisscheduled: 0,
  });
  expect(new Set(dnsPods(made).map((pod) => pod.spec.nodeName)).size).toBe(2);
  const [slice] = made.client.list('endpointslices', 'kube-system');
  expect(new Set(slice?.endpoints?.map((endpoint) => endpoint.addresses[0]))).toEqual(
    new Set(dnsPods(made).map((pod) => pod.status.podIP)),
  );
  expect(slice?.endpoints?.every((endpoint) => endpoint.conditions.ready === true)).toBe(true);
});

test('a nodeSelector that misses a node takes the CNI pod off it; without CNI state the node is NotReady, and comes back with the agent', async () => {
  const { clock, cluster: made } = await healthy();
  for (const name of ['node1', 'node3'])
    made.client.patch(
      'nodes',
      { namespace: '', name },
      { metadata: { labels: { cni: 'yes' } } },
      { manager: 'sam' },
    );
  const of = { namespace: 'kube-flannel', name: 'kube-flannel-ds' };
  made.client.patch(
    'daemonsets',
    of,
    { spec: { template: { spec: { nodeSelector: { cni: 'yes' } } } } },
    { manager: 'sam' },
  );
  await advanceUntil(
    clock,
    'the roll is over',
    () => made.client.get('daemonsets', of.namespace, of.name)?.status.updatedNumberScheduled === 2,
  );
  expect(made.client.list('pods', 'kube-flannel').filter((pod) => pod.spec.nodeName === 'node2')).toEqual([]);
  // The data plane outlives its agent until the node loses it.
  expect(nodeReady(made, 'node2')).toBe('True');
  made.machine('node2').loseCni();
  await advanceUntil(clock, 'node2 is NotReady', () => nodeReady(made, 'node2') === 'False');
  await advanceUntil(
    clock,
    'node2 is tainted',
    () =>
      made.client.get('nodes', '', 'node2')?.spec.taints?.some((taint) => taint.effect === 'NoExecute') ===
      true,
  );
  expect(made.client.get('daemonsets', of.namespace, of.name)?.status.desiredNumberScheduled).toBe(2);
  const condition = made.client
    .get('nodes', '', 'node2')
    ?.status.conditions?.find((item) => item.type === 'Ready');
  expect(condition?.message).toContain('cni plugin not initialized');
  made.client.patch(
    'daemonsets',
    of,
    { spec: { template: { spec: { nodeSelector: null } } } },
    { manager: 'plan' },
  );
  await advanceUntil(clock, 'everything is well again', () => made.isHealthy());
  expect(nodeReady(made, 'node2')).toBe('True');
});

test('a rolling DaemonSet update never has more pods away than maxUnavailable allows', async () => {
  const { clock, cluster: made } = await healthy();
  const of = { namespace: 'kube-flannel', name: 'kube-flannel-ds' };
  let fewest = 3;
  made.client.subscribe(() => {
    const ready = made.client
      .list('pods', 'kube-flannel')
      .filter(
        (pod) =>
          pod.status.conditions?.some((item) => item.type === 'Ready' && item.status === 'True') === true &&
          pod.metadata.deletionTimestamp === undefined,
      );
    fewest = Math.min(fewest, ready.length);
  });
  const before = made.client.list('pods', 'kube-flannel').map((pod) => pod.metadata.uid);
  made.client.patch(
    'daemonsets',
    of,
    { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } },
    { manager: 'plan' },
  );
  await advanceUntil(clock, 'the roll is observed', () => !made.isHealthy());
  await advanceUntil(clock, 'the roll is over', () => made.isHealthy());
  expect(made.client.list('pods', 'kube-flannel').filter((pod) => before.includes(pod.metadata.uid))).toEqual(
    [],
  );
  expect(fewest).toBe(2);
});

test('OnDelete leaves old pods alone until somebody deletes them', async () => {
  const { clock, cluster: made } = await healthy();
  const of = { namespace: 'kube-flannel', name: 'kube-flannel-ds' };
  made.client.patch(
    'daemonsets',
    of,
    {
      spec: {
        updateStrategy: { type: 'OnDelete', rollingUpdate: null },
        template: { metadata: { annotations: { x: 'y' } } },
      },
    },
    { manager: 'sam' },
  );
  await clock.advanceBy(30_000);
  expect(made.client.get('daemonsets', of.namespace, of.name)?.status).toMatchObject({
    updatedNumberScheduled: 0,
    numberReady: 3,
  });
});

test('CoreDNS keeps serving on a bad Corefile and says so; restarted with it, it crash-loops with the parser message', async () => {
  const { clock, cluster: made } = await healthy();
  setCorefile(made, (corefile) => corefile.replace(/^( +)ready$/m, '$1redy'));
  await clock.advanceBy(REAL_TIMING.configMapSyncMs + 2 * REAL_TIMING.corefileReloadMs);
  expect(made.isHealthy()).toBe(true);
  await made.start();
  const admin = made.server.identities.addUser({ username: 'admin', groups: ['system:masters'] });
  const core = made.server.kubeConfig(admin).makeApiClient(CoreV1Api);
  const logOf = (pod: Pod | undefined, previous = false): Promise<string> =>
    core.readNamespacedPodLog({
      namespace: 'kube-system',
      name: pod?.metadata.name ?? '',
      tailLines: 1,
      previous,
    });
  const message = "/etc/coredns/Corefile:6 - Error during parsing: Unknown directive 'redy'";
  expect(await logOf(dnsPods(made)[0])).toBe(
    `[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: ${message}\n`,
  );

  for (const pod of dnsPods(made))
    made.client.delete(
      'pods',
      { namespace: 'kube-system', name: pod.metadata.name },
      { gracePeriodSeconds: 1 },
    );
  const looping = (): boolean =>
    dnsPods(made).length === 2 &&
    dnsPods(made).every(
      (pod) => pod.status.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff',
    );
  await advanceUntil(clock, 'both crash-loop', looping);
  const [pod] = dnsPods(made);
  expect(await logOf(pod)).toBe(`${message}\n`);
  expect(await logOf(pod, true)).toBe(`${message}\n`);
  expect(pod?.status.containerStatuses?.[0]).toMatchObject({
    ready: false,
    lastState: { terminated: { exitCode: 1, reason: 'Error' } },
  });
  const events = made.client
    .list('events', 'kube-system')
    .filter((event) => event.involvedObject.uid === pod?.metadata.uid);
  expect(events.find((event) => event.reason === 'BackOff')?.message).toContain(
    'Back-off restarting failed container coredns in pod',
  );
  expect(events.find((event) => event.reason === 'Started')?.count).toBeGreaterThanOrEqual(2);
  expect(made.client.get('deployments', 'kube-system', 'coredns')?.status.availableReplicas).toBeUndefined();

  // A good file reaches the restarted containers at once: a mount is read when the volume is synced, after its delay.
  setCorefile(made, (corefile) => corefile.replace('redy', 'ready'));
  await advanceUntil(clock, 'CoreDNS is back by itself', () => made.isHealthy(), 900_000);
});

test('the back-off of a crashing container doubles up to its limit', async () => {
  const { clock, cluster: made } = await healthy();
  setCorefile(made, () => 'broken');
  const [pod] = dnsPods(made);
  made.client.delete(
    'pods',
    { namespace: 'kube-system', name: pod?.metadata.name ?? '' },
    { gracePeriodSeconds: 0 },
  );
  const waits = new Set<string>();
  made.client.subscribe(() => {
    for (const item of dnsPods(made))
      waits.add(
        /back-off (\S+)/.exec(item.status.containerStatuses?.[0]?.state.waiting?.message ?? '')?.[1] ?? '',
      );
  });
  await clock.advanceBy(1_500_000);
  expect([...waits].filter((wait) => wait !== '')).toEqual(['10s', '20s', '40s', '1m20s', '2m40s', '5m0s']);
});

test('a node without free addresses keeps new pods in ContainerCreating with the words of host-local', async () => {
  const { clock, cluster: made } = await healthy();
  made.machine('node2').ipam.leakAll();
  made.client.create(
    'pods',
    {
      metadata: { name: 'late', namespace: 'app' },
      spec: { nodeName: 'node2', containers: [{ name: 'c', image: 'i:1' }] },
    },
    'sam',
  );
  await clock.advanceBy(60_000);
  const pod = made.client.get('pods', 'app', 'late');
  expect(pod?.status).toMatchObject({
    phase: 'Pending',
    containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
  });
  const event = made.client.list('events', 'app').find((item) => item.reason === 'FailedCreatePodSandBox');
  expect(event?.message).toMatch(
    /plugin type="flannel" failed \(add\): .*no IP addresses available in range set: 127\.41\.2\.1-127\.41\.2\.254$/,
  );
  made.machine('node2').ipam.clearLeaks();
  await advanceUntil(
    clock,
    'the pod runs',
    () => made.client.get('pods', 'app', 'late')?.status.phase === 'Running',
  );
});

test('a rebooted node starts its pods again with new addresses once the CNI agent is back', async () => {
  const { clock, cluster: made } = await healthy();
  const onNode = (): Pod[] =>
    made.client.list('pods').filter((pod) => pod.spec.nodeName === 'node2' && pod.spec.hostNetwork !== true);
  const before = onNode().map((pod) => pod.metadata.uid);
  expect(before.length).toBeGreaterThan(0);
  made.rebootNode('node2');
  await clock.advanceBy(100);
  expect(onNode().every((pod) => pod.status.podIP === undefined)).toBe(true);
  await advanceUntil(
    clock,
    'everything is well again',
    () => made.isHealthy() && onNode().every((pod) => pod.status.podIP !== undefined),
  );
  expect(onNode().map((pod) => pod.metadata.uid)).toEqual(before);
});

test('a Deployment scales to zero and back, and its Service loses and gains endpoints', async () => {
  const { clock, cluster: made } = await healthy();
  const scale = (replicas: number): void =>
    void made.client.patch(
      'deployments',
      { namespace: 'kube-system', name: 'coredns' },
      { spec: { replicas } },
      { manager: 'sam' },
    );
  const endpoints = (): number =>
    (made.client.list('endpointslices', 'kube-system')[0]?.endpoints ?? []).length;
  scale(0);
  await advanceUntil(
    clock,
    'no pods and no endpoints',
    () => dnsPods(made).length === 0 && endpoints() === 0,
  );
  scale(2);
  await advanceUntil(clock, 'both are back', () => made.isHealthy() && endpoints() === 2);
  expect(dnsPods(made)).toHaveLength(2);
});

test('a rolling Deployment update replaces every pod and stays available', async () => {
  const { clock, cluster: made } = await healthy();
  let fewest = 2;
  made.client.subscribe(() => {
    fewest = Math.min(
      fewest,
      made.client.get('deployments', 'kube-system', 'coredns')?.status.availableReplicas ?? 0,
    );
  });
  const before = dnsPods(made).map((pod) => pod.metadata.uid);
  made.client.patch(
    'deployments',
    { namespace: 'kube-system', name: 'coredns' },
    { spec: { template: { metadata: { annotations: { restartedAt: 'now' } } } } },
    { manager: 'plan' },
  );
  await advanceUntil(
    clock,
    'the roll is over',
    () =>
      made.isHealthy() &&
      dnsPods(made).every((pod) => !before.includes(pod.metadata.uid)) &&
      dnsPods(made).length === 2,
  );
  expect(fewest).toBe(1);
});

test('deleting a Deployment takes its ReplicaSet and pods with it', async () => {
  const { clock, cluster: made } = await healthy();
  made.client.delete('deployments', { namespace: 'app', name: 'echo' }, { propagationPolicy: 'Background' });
  await advanceUntil(
    clock,
    'nothing is left',
    () => made.client.list('replicasets', 'app').length === 0 && made.client.list('pods', 'app').length === 0,
  );
  expect(made.client.get('deployments', 'app', 'echo')).toBeUndefined();
});

test('manifests give their service accounts the rights that they bind', async () => {
  const { cluster: made } = await healthy();
  made.apply(`
apiVersion: v1
kind: Namespace
metadata: { name: pathmedic }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: executor, namespace: pathmedic }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: corefile, namespace: kube-system }
rules:
  - { apiGroups: [''], resources: [configmaps], resourceNames: [coredns], verbs: [get] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: corefile, namespace: kube-system }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: corefile }
subjects: [{ kind: ServiceAccount, name: executor, namespace: pathmedic }]
`);
  await made.start();
  const core = made.server
    .kubeConfig(made.serviceAccountToken('pathmedic', 'executor'))
    .makeApiClient(CoreV1Api);
  expect(
    (await core.readNamespacedConfigMap({ namespace: 'kube-system', name: 'coredns' })).data?.['Corefile'],
  ).toContain('ready');
  await expect(
    core.readNamespacedConfigMap({ namespace: 'kube-system', name: 'kube-proxy' }),
  ).rejects.toMatchObject({ code: 403 });
  await expect(
    core.readNamespacedConfigMap({ namespace: 'kube-flannel', name: 'kube-flannel-cfg' }),
  ).rejects.toMatchObject({ code: 403 });
});
