import { describe, expect, it } from 'vitest';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { crashing, daemonSet, event, pod, podOf, service } from '../facts/record-builders.fixture.ts';
import type { DaemonSetRecord, PodRecord } from '../facts/records.ts';
import { dnsPod, flannel, healthyCluster, slice, startMs, withPods } from './cluster.fixture.ts';
import { defaultSettings as settings } from './settings.ts';
import type { Observed } from './symptoms/observation.ts';
import { observeSymptoms } from './symptoms.ts';
import { rememberServices, type ServiceHistory } from './symptoms/service-history.ts';

const healthy = healthyCluster(5);

function observe(facts: ClusterFacts, nowMs = startMs, history: ServiceHistory = new Map()): Observed[] {
  return observeSymptoms({
    nowMs,
    facts,
    states: [],
    suspects: [],
    failing: () => null,
    silentNodes: new Set(),
    services: rememberServices(history, facts, nowMs),
    settings,
  });
}

const keys = (facts: ClusterFacts, nowMs = startMs): string[] =>
  observe(facts, nowMs).map(({ symptom }) => symptom.key);

const flannelOn = (node: string, over: Partial<PodRecord>): ClusterFacts =>
  withPods(healthy, (one) => (one.meta.name === `kube-flannel-ds-${node}` ? { ...one, ...over } : one));

function aged(facts: ClusterFacts, node: string, ageMs: number): ClusterFacts {
  const nodes = facts.nodes.map((one) =>
    one.meta.name === node ? { ...one, meta: { ...one.meta, createdMs: startMs - ageMs } } : one,
  );
  return { ...facts, nodes };
}

describe('what the cluster itself says', () => {
  it('is nothing when it is well', () => {
    expect(keys(healthy)).toEqual([]);
  });

  it('is nothing that could not be read', () => {
    const unknown = (['pods', 'nodes', 'daemonSets'] as const).map((what) => ({ what, why: 'forbidden' }));
    expect(keys({ ...healthy, pods: [], unknown })).toEqual([]);
  });
});

describe('kube-proxy', () => {
  const proxyAt = (ageMs: number) =>
    daemonSet('kube-proxy', 'kube-system', {
      template: { nodeSelector: { proxy: 'yes' } },
      meta: {
        writes: [
          {
            manager: 'kubectl-patch',
            operation: 'Update',
            atMs: startMs - ageMs,
            fields: ['spec.template.spec.nodeSelector.proxy'],
          },
        ],
      },
    });
  const withProxy = (proxy: DaemonSetRecord, exceptOn: string): ClusterFacts => ({
    ...healthy,
    nodes: healthy.nodes.map((one) => {
      const labels = { ...one.meta.labels, ...(one.meta.name === exceptOn ? {} : { proxy: 'yes' }) };
      return { ...one, meta: { ...one.meta, labels } };
    }),
    daemonSets: [...healthy.daemonSets, proxy],
    pods: [
      ...healthy.pods,
      ...healthy.nodes.flatMap(({ meta }) => (meta.name === exceptOn ? [] : [podOf(proxy, meta.name)])),
    ],
  });

  it('that was taken off a node is missed there; one that a node never had is not', () => {
    const [seen, ...more] = observe(withProxy(proxyAt(60_000), 'node3'));
    expect(more).toEqual([]);
    expect(seen?.symptom.headline).toBe('kube-proxy does not run on node3');
    expect(seen?.holdMs).toBe(settings.clusterHoldMs);
    expect(keys(withProxy(proxyAt(30 * 86_400_000), 'node3'))).toEqual([]);
  });
});

describe('CNI agents', () => {
  it('that keep crashing count soon, one that crashed once or rolls only after the time of a roll-out', () => {
    const crash = observe(flannelOn('node3', crashing('flannel')));
    expect(crash.map(({ symptom, holdMs }) => [symptom.headline, holdMs])).toEqual([
      ['kube-flannel-ds keeps failing on node3', settings.clusterHoldMs],
    ]);
    const once = observe(flannelOn('node3', crashing('flannel', { restarts: 1 })));
    expect(once.map(({ symptom, holdMs }) => [symptom.key, holdMs])).toEqual([
      ['cni-agents:flannel:node3', settings.rolloutHoldMs],
    ]);
    const gone = withPods(healthy, (one) => (one.meta.name === 'kube-flannel-ds-node3' ? null : one));
    expect(observe(gone).map(({ holdMs }) => holdMs)).toEqual([settings.rolloutHoldMs]);
  });

  it('are not missed on a node that is new, or that is leaving', () => {
    const missing = withPods(healthy, (one) => (one.meta.name === 'kube-flannel-ds-node3' ? null : one));
    expect(keys(aged(missing, 'node3', 60_000))).toEqual([]);
    const leaving = missing.nodes.map((one) =>
      one.meta.name === 'node3' ? { ...one, meta: { ...one.meta, deletingSinceMs: startMs } } : one,
    );
    expect(keys({ ...missing, nodes: leaving })).toEqual([]);
  });

  it('that are not ready because their kubelet no longer reports are told of the node, once', () => {
    const silent = {
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: '',
      sinceMs: startMs,
    };
    const facts = flannelOn('node3', { ready: false, readySinceMs: null });
    const nodes = facts.nodes.map((one) =>
      one.meta.name === 'node3' ? { ...one, conditions: [silent] } : one,
    );
    expect(keys({ ...facts, nodes })).toEqual(['node-not-ready:node3']);
  });

  it('are named with the reason when their DaemonSet leaves nodes out', () => {
    const selective = { ...flannel, template: { ...flannel.template, nodeSelector: { net: 'on' } } };
    const facts = withPods(healthy, (one) =>
      ['kube-flannel-ds-node2', 'kube-flannel-ds-node5'].includes(one.meta.name) ? null : one,
    );
    const [observed] = observe({ ...facts, daemonSets: [selective] });
    expect(observed?.symptom).toMatchObject({
      headline: 'kube-flannel-ds does not run on node2 and node5',
      scope: { type: 'nodes', nodes: ['node2', 'node5'] },
    });
    expect(observed?.symptom.lines).toContain(
      'not wanted on node2: nodeSelector net=on, the node has no label net',
    );
  });
});

describe('DNS pods', () => {
  it('are a symptom when one crash-loops, when none is ready, and when there are none', () => {
    const each = (over: Partial<PodRecord> | null, name?: string): ClusterFacts =>
      withPods(healthy, (one) => {
        const chosen = one.meta.labels['k8s-app'] === 'kube-dns' && (name ?? one.meta.name) === one.meta.name;
        if (!chosen) return one;
        return over === null ? null : { ...one, ...over };
      });
    const headline = (facts: ClusterFacts): string | undefined => observe(facts)[0]?.symptom.headline;
    expect(headline(each(crashing('coredns'), 'coredns-a'))).toBe(
      'CoreDNS keeps failing: 1 of 2 pods are ready',
    );
    expect(headline(each(crashing('coredns')))).toBe('CoreDNS keeps failing: no pod is ready');
    expect(headline(each({ ready: false }))).toBe('No CoreDNS pod is ready');
    expect(headline(each(null))).toBe('No CoreDNS pod exists');
    expect(keys(each({ ready: false }, 'coredns-a'))).toEqual([]);
  });
});

describe('pods without a network', () => {
  const stuck = (node: string, ageMs: number): PodRecord => ({
    ...pod('web-1', 'shop', { meta: { createdMs: startMs - ageMs } }),
    nodeName: node,
    phase: 'Pending',
    ready: false,
  });
  const failed = (message: string, firstMs: number, lastMs = startMs) =>
    event(
      'FailedCreatePodSandBox',
      message,
      { kind: 'Pod', namespace: 'shop', name: 'web-1' },
      { firstMs, lastMs },
    );
  const facts = (one: PodRecord, ...events: ClusterFacts['events'][number][]): ClusterFacts => ({
    ...healthy,
    pods: [...healthy.pods, one],
    events,
  });

  it('count once they are stuck for long enough, on a node that is not new, while the event is fresh', () => {
    const old = failed('cni plugin failed', startMs - 200_000);
    expect(keys(facts(stuck('node2', 200_000), old))).toEqual(['pods-stuck:node2']);
    expect(keys(facts(stuck('node2', 100_000), failed('cni plugin failed', startMs - 100_000)))).toEqual([]);
    expect(keys(aged(facts(stuck('node2', 200_000), old), 'node2', 250_000))).toEqual([]);
    const stale = failed('cni plugin failed', startMs - 2_000_000, startMs - 1_000_000);
    expect(keys(facts(stuck('node2', 2_000_000), stale))).toEqual([]);
  });

  it.each([
    'plugin type="host-local" failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.1.2.1-10.1.2.254',
    'add cmd: failed to assign an IP address to container',
    'IPAM: no available IP in the pool',
  ])('say that addresses ran out: %s', (message) => {
    const [observed] = observe(facts(stuck('node2', 200_000), failed(message, startMs - 200_000)));
    expect(observed?.symptom.headline).toBe('No free pod addresses on node2');
  });

  it('judges hostile event text in linear time', () => {
    const message = `failed to request ${'IPv '.repeat(50_000)}`;
    const startedMs = performance.now();
    observe(facts(stuck('node2', 200_000), failed(message, startMs - 200_000)));
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});

describe('addresses and endpoints', () => {
  it('held by two running pods are a symptom; host network, finished and terminating pods do not count', () => {
    const twin = (over: Partial<PodRecord>): ClusterFacts => ({
      ...healthy,
      pods: [...healthy.pods, { ...dnsPod('twin-a', 'node4'), meta: pod('twin', 'shop').meta, ...over }],
    });
    expect(keys(twin({}))).toEqual(['duplicate-addresses']);
    expect(keys(twin({ hostNetwork: true }))).toEqual([]);
    expect(keys(twin({ phase: 'Succeeded' }))).toEqual([]);
    const { meta } = pod('twin', 'shop', { meta: { deletingSinceMs: startMs } });
    expect(keys(twin({ meta }))).toEqual([]);
  });

  it('that lack a pod ready for a minute are a symptom; a Service without ready pods is its owner’s business', () => {
    const web = (ready: boolean, readySinceMs: number): PodRecord => ({
      ...pod('web', 'shop', { meta: { labels: { app: 'web' } } }),
      ips: ['10.1.1.77'],
      ready,
      readySinceMs,
    });
    const shop = (one: PodRecord, listed: PodRecord[]): ClusterFacts => ({
      ...healthy,
      pods: [...healthy.pods, one],
      services: [...healthy.services, service('web', 'shop', { selector: { app: 'web' } })],
      endpointSlices: [...healthy.endpointSlices, slice('shop', 'web', listed)],
    });
    const longReady = web(true, startMs - 90_000);
    expect(keys(shop(longReady, []))).toEqual(['service-endpoints:shop/web']);
    expect(keys(shop(longReady, [longReady]))).toEqual([]);
    expect(keys(shop(web(true, startMs - 5000), []))).toEqual([]);
    expect(keys(shop(web(false, startMs - 90_000), []))).toEqual([]);
  });
});

describe('a node', () => {
  const withCondition = (type: string, status: string, message: string): ClusterFacts => ({
    ...healthy,
    nodes: healthy.nodes.map((one) =>
      one.meta.name === 'node5'
        ? { ...one, conditions: [{ type, status, reason: 'Because', message, sinceMs: startMs - 5000 }] }
        : one,
    ),
  });

  it('is a symptom when it reports its network as broken, and another one when it is NotReady for another reason', () => {
    expect(keys(withCondition('NetworkUnavailable', 'True', ''))).toEqual(['node-network:node5']);
    const message = 'container runtime network not ready: NetworkReady=false cni plugin not initialized';
    expect(keys(withCondition('Ready', 'False', message))).toEqual(['node-network:node5']);
    expect(keys(withCondition('Ready', 'False', 'PLEG is not healthy'))).toEqual(['node-not-ready:node5']);
    expect(keys(aged(withCondition('Ready', 'False', message), 'node5', 60_000))).toEqual([]);
  });

  it('is a symptom while routes to it cannot be made', () => {
    const object = { kind: 'Node', namespace: '', name: 'node5' };
    const events = [event('FailedToCreateRoute', 'Could not create route', object, { lastMs: startMs })];
    expect(keys({ ...healthy, events })).toEqual(['node-network:node5']);
    expect(keys({ ...healthy, events }, startMs + 600_000)).toEqual([]);
  });

  it('is a symptom while it is given no range, and no longer once it has one', () => {
    const object = { kind: 'Node', namespace: '', name: 'node5' };
    const events = [event('CIDRAssignmentFailed', 'Node node5 status is now', object, { lastMs: startMs })];
    const [found] = observe({ ...healthy, events });
    expect(found?.symptom.headline).toBe('node5 gets no range for its pods');
    const nodes = healthy.nodes.map((one) => ({ ...one, podCIDRs: ['10.1.5.0/24'] }));
    expect(keys({ ...healthy, nodes, events })).toEqual([]);
  });
});
