import { expect, test } from 'vitest';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { daemonSet, deployment, networkPolicy, pod, service } from '../facts/record-builders.fixture.ts';
import type { PodRecord } from '../facts/records.ts';
import { healthyCluster, slice, startMs } from './cluster.fixture.ts';
import { defaultSettings as settings } from './settings.ts';
import { standingFault } from './standing-fault.ts';
import { observeSymptoms } from './symptoms.ts';
import { rememberServices } from './symptoms/service-history.ts';
import { createWorld } from './world.fixture.ts';

const labels = { app: 'web' };
const old = { labels, createdMs: startMs - 86_400_000 };
const web: PodRecord = { ...pod('web-1', 'shop', { meta: old }), nodeName: 'node2', ips: ['10.1.2.9'] };

const webService = service('web', 'shop', {
  selector: labels,
  ports: [{ name: 'http', port: 80, targetPort: '8080', protocol: 'TCP' }],
  meta: { createdMs: startMs - 86_400_000 },
});

function shop(over: Partial<PodRecord>, more: Partial<ClusterFacts> = {}): ClusterFacts {
  const healthy = healthyCluster(3);
  const one = { ...web, ...over };
  return {
    ...healthy,
    services: [...healthy.services, webService],
    deployments: [...healthy.deployments, deployment('web', 'shop', { template: { labels }, replicas: 1 })],
    pods: [...healthy.pods, one],
    endpointSlices: [...healthy.endpointSlices, slice('shop', 'web', one.ready ? [one] : [])],
    ...more,
  };
}

test('a Service without endpoints is not healed by a new leader, which never saw it work', async () => {
  const world = createWorld(shop({ ready: true }));
  await world.run(40_000);
  world.setCluster(shop({ ready: false }));
  expect(await world.untilOpen(150_000)).not.toBeNull();
  world.sensing.reset();
  await world.run(90_000);
  expect(world.memory.incidents().map(({ symptomsGone }) => symptomsGone)).toEqual([false]);
  world.setCluster(shop({ ready: true }));
  await world.run(30_000);
  expect(world.memory.incidents().map(({ symptomsGone }) => symptomsGone)).toEqual([true]);
});

test('a port that a policy shuts is not open because the policy has become old', () => {
  const spec = { podSelector: {}, policyTypes: ['Ingress'], ingress: [] };
  const closed = (
    nowMs: number,
    policies = [networkPolicy('deny', 'shop', spec, { createdMs: startMs })],
  ) => {
    const facts = shop({ ready: true }, { atMs: nowMs, networkPolicies: policies });
    return { ...facts, daemonSets: [...facts.daemonSets, daemonSet('netpol', 'kube-system')] };
  };
  const seen = (facts: ClusterFacts, nowMs: number) =>
    observeSymptoms({
      nowMs,
      facts,
      states: [],
      suspects: [],
      failing: () => null,
      silentNodes: new Set(),
      services: rememberServices(new Map(), facts, nowMs),
      settings,
    }).map(({ symptom }) => symptom);
  const [symptom] = seen(closed(startMs + 90_000), startMs + 90_000);
  if (symptom === undefined) throw new Error('no symptom');
  const laterMs = startMs + 2 * 3_600_000;
  expect(seen(closed(laterMs), laterMs)).toEqual([]);
  expect(standingFault(symptom, closed(laterMs))).toBe('No pod may reach Service shop/web on TCP 80');
  expect(standingFault(symptom, closed(laterMs, []))).toBeNull();
  const unknown = [{ what: 'networkPolicies' as const, why: 'forbidden' }];
  expect(standingFault(symptom, { ...closed(laterMs, []), unknown })).toBe('networkPolicies cannot be read');
});
