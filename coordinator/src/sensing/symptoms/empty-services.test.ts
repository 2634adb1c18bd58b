import { describe, expect, it } from 'vitest';
import type { ClusterFacts } from '../../facts/cluster-facts.ts';
import { crashing, deployment, event, pod, service } from '../../facts/record-builders.fixture.ts';
import type { PodRecord } from '../../facts/records.ts';
import { healthyCluster, slice, startMs } from '../cluster.fixture.ts';
import { defaultSettings as settings } from '../settings.ts';
import { observeSymptoms } from '../symptoms.ts';
import type { Observed } from './observation.ts';
import { rememberServices, type ServiceHistory } from './service-history.ts';

const healthy = healthyCluster(3);
const labels = { app: 'web', tier: 'front' };
const dayMs = 86_400_000;

function webPod(name: string, over: Partial<PodRecord> = {}, podLabels = labels): PodRecord {
  return {
    ...pod(name, 'shop', { meta: { labels: podLabels, createdMs: startMs - dayMs } }),
    nodeName: 'node2',
    ips: ['10.1.2.9'],
    ...over,
  };
}

interface Shop {
  selector?: Record<string, string>;
  pods?: PodRecord[];
  replicas?: number | null;
  listed?: PodRecord[];
  writes?: number;
}

function shop({
  selector = labels,
  pods = [webPod('web-1')],
  replicas = 1,
  listed = [],
  writes,
}: Shop): ClusterFacts {
  const web = service('web', 'shop', {
    selector,
    meta: {
      writes:
        writes === undefined
          ? []
          : [
              {
                manager: 'kubectl-edit',
                operation: 'Update',
                atMs: startMs - writes,
                fields: ['spec.selector'],
              },
            ],
    },
  });
  const workload = deployment('web', 'shop', { template: { labels }, replicas: replicas ?? 1 });
  return {
    ...healthy,
    services: [...healthy.services, web],
    deployments: replicas === null ? healthy.deployments : [...healthy.deployments, workload],
    pods: [...healthy.pods, ...pods],
    endpointSlices: [...healthy.endpointSlices, slice('shop', 'web', listed)],
  };
}

const one = webPod('web-1');
/** What a leader remembers that has seen the Service work a minute ago. */
const seen: ServiceHistory = rememberServices(
  new Map(),
  { ...shop({ listed: [one] }), services: [service('web', 'shop', { selector: labels })] },
  startMs - 60_000,
);

function observe(facts: ClusterFacts, history: ServiceHistory = seen): Observed[] {
  return observeSymptoms({
    nowMs: startMs,
    facts,
    states: [],
    suspects: [],
    failing: () => null,
    silentNodes: new Set(),
    services: rememberServices(history, facts, startMs),
    settings,
  });
}

const headlines = (facts: ClusterFacts, history?: ServiceHistory): string[] =>
  observe(facts, history).map(({ symptom }) => symptom.headline);

describe('a Service that has lost its endpoints', () => {
  const wrong = { app: 'webb', tier: 'front' };

  it('by a selector that matches nothing any more is a symptom soon, and says what the pods have instead', () => {
    const [found, ...more] = observe(shop({ selector: wrong }));
    expect(more).toEqual([]);
    expect(found?.symptom).toMatchObject({
      kind: 'service-endpoints',
      key: 'no-endpoints:shop/web',
      scope: { type: 'service', namespace: 'shop', name: 'web' },
      headline: 'Service shop/web has no endpoints: its selector matches no pod',
      sinceMs: startMs - 60_000,
      lines: ['Selector: app=webb, tier=front', '1 ready pods there have app=web'],
    });
    expect(found?.holdMs).toBe(2 * settings.clusterHoldMs);
  });

  it('is told with the pods that it probably meant, not with others of the namespace', () => {
    const client = webPod('client-1', { ips: ['10.1.2.10'] }, { app: 'client', tier: 'x' });
    const facts = shop({ selector: { app: 'wob' }, pods: [client, one] });
    expect(observe(facts)[0]?.symptom.lines).toContain('1 ready pods there have app=web');
  });

  it('is one also to a leader that has never seen it work, if the selector was written lately', () => {
    expect(headlines(shop({ selector: wrong, writes: 120_000 }), new Map())).toHaveLength(1);
    expect(headlines(shop({ selector: wrong, writes: 2 * dayMs }), new Map())).toEqual([]);
    expect(headlines(shop({ selector: wrong }), new Map())).toEqual([]);
  });

  it('because the labels of its pods have changed is one, too', () => {
    const relabelled = webPod('web-1', {}, { app: 'web', tier: 'back' });
    expect(headlines(shop({ pods: [relabelled], replicas: null }))).toHaveLength(1);
  });

  it('by pods that fail is a symptom after the time of a roll-out; its other Services are told with it', () => {
    const facts = shop({ pods: [webPod('web-1', crashing('web'))] });
    const twin = service('web-internal', 'shop', { selector: labels });
    const history = new Map([...seen].map(([, memory]) => ['shop/web-internal', memory] as const));
    const [found, ...more] = observe(
      { ...facts, services: [...facts.services, twin] },
      new Map([...seen, ...history]),
    );
    expect(more).toEqual([]);
    expect(found?.symptom.headline).toBe('Service shop/web has no endpoints: its only pod is not ready');
    expect(found?.symptom.lines).toContain('Also without endpoints: web-internal');
    expect(found?.holdMs).toBe(settings.rolloutHoldMs);
  });
});

describe('a Service without endpoints stays quiet', () => {
  const none = { pods: [], replicas: null } as const;
  const fresh = webPod('web-2', { ready: false }, labels);
  const starting = { ...fresh, meta: { ...fresh.meta, createdMs: startMs - 30_000 } };

  it.each<[string, ClusterFacts]>([
    ['scaled to zero on purpose', shop({ pods: [], replicas: 0 })],
    ['with its workload deleted', shop({ ...none, pods: [] })],
    ['with a pod that is just starting', shop({ pods: [starting] })],
    [
      'with its pods on their way out',
      shop({ pods: [{ ...one, meta: { ...one.meta, deletingSinceMs: startMs } }], replicas: 0 }),
    ],
    [
      'with a ready pod that the controller has not listed yet',
      shop({ pods: [{ ...one, readySinceMs: startMs - 1000 }] }),
    ],
  ])('%s', (_, facts) => {
    expect(headlines(facts)).toEqual([]);
  });

  it('when it never had any', () => {
    expect(headlines(shop({ pods: [webPod('web-1', crashing('web'))] }), new Map())).toEqual([]);
  });

  it('when its only pod is on a node that is gone: that is told of the node', () => {
    const facts = shop({ pods: [{ ...one, ready: false }] });
    const nodes = facts.nodes.map((node) =>
      node.meta.name === 'node2'
        ? {
            ...node,
            conditions: [
              {
                type: 'Ready',
                status: 'Unknown',
                reason: 'NodeStatusUnknown',
                message: '',
                sinceMs: startMs,
              },
            ],
          }
        : node,
    );
    expect(headlines({ ...facts, nodes })).toEqual(['The kubelet of node2 no longer reports']);
  });

  it('when the network is in trouble: pods that are not ready follow from that', () => {
    const object = { kind: 'Node', namespace: '', name: 'node3' };
    const events = [event('FailedToCreateRoute', 'Could not create route', object, { lastMs: startMs })];
    const facts = { ...shop({ pods: [{ ...one, ready: false }] }), events };
    expect(headlines(facts)).toEqual(['Routes to pods on node3 could not be made']);
    expect(headlines({ ...facts, events: [] })).toEqual([
      'Service shop/web has no endpoints: its only pod is not ready',
    ]);
  });
});
