import { describe, expect, it } from 'vitest';
import type { ClusterFacts } from '../../facts/cluster-facts.ts';
import { daemonSet, networkPolicy, pod, service } from '../../facts/record-builders.fixture.ts';
import type { NetworkPolicyRecord } from '../../facts/records.ts';
import { healthyCluster, slice, startMs } from '../cluster.fixture.ts';
import { defaultSettings as settings } from '../settings.ts';
import { observeSymptoms } from '../symptoms.ts';
import type { Observed } from './observation.ts';
import { rememberServices } from './service-history.ts';

const healthy = healthyCluster(3);
const labels = { app: 'web' };
const one = { ...pod('web-1', 'shop', { meta: { labels } }), ips: ['10.1.2.9'], nodeName: 'node2' };
const web = service('web', 'shop', {
  selector: labels,
  ports: [
    { name: 'http', port: 80, targetPort: '8080', protocol: 'TCP' },
    { name: 'tcp', port: 7070, targetPort: '7070', protocol: 'TCP' },
  ],
});
const controller = daemonSet('netpol', 'kube-system');

function policy(ports: number[], ageMs = 70_000): NetworkPolicyRecord {
  const ingress = ports.map((port) => ({ ports: [{ protocol: 'TCP', port }] }));
  return networkPolicy(
    'web-restricted',
    'shop',
    { podSelector: { matchLabels: labels }, policyTypes: ['Ingress'], ingress },
    { createdMs: startMs - ageMs },
  );
}

function observe(networkPolicies: NetworkPolicyRecord[], over: Partial<ClusterFacts> = {}): Observed[] {
  const facts: ClusterFacts = {
    ...healthy,
    daemonSets: [...healthy.daemonSets, controller],
    services: [...healthy.services, web],
    pods: [...healthy.pods, one],
    endpointSlices: [...healthy.endpointSlices, slice('shop', 'web', [one])],
    networkPolicies,
    ...over,
  };
  return observeSymptoms({
    nowMs: startMs,
    facts,
    states: [],
    suspects: [],
    failing: () => null,
    silentNodes: new Set(),
    services: rememberServices(new Map(), facts, startMs),
    settings,
  });
}

describe('a Service that a new policy shuts off from everybody', () => {
  it('is a symptom of its namespace, with the port and the policy', () => {
    const [found, ...more] = observe([policy([7070])]);
    expect(more).toEqual([]);
    expect(found?.symptom).toMatchObject({
      key: 'shut-services:shop',
      scope: { type: 'namespace', namespace: 'shop' },
      headline: 'No pod may reach Service shop/web on TCP 80',
      lines: ['No rule lets anything in to web on TCP 80', 'Policies in force there: web-restricted'],
      sinceMs: startMs - 70_000,
    });
  });

  it('is none while some rule opens the port, of whichever policy', () => {
    expect(observe([policy([7070, 8080])])).toEqual([]);
    expect(
      observe([policy([7070]), { ...policy([8080]), meta: { ...policy([]).meta, uid: 'b', name: 'b' } }]),
    ).toEqual([]);
  });

  it('is none where the policy is old, came with its Service, or nothing is known to enforce it', () => {
    expect(observe([policy([7070], 2 * 3_600_000)])).toEqual([]);
    const young = { ...web, meta: { ...web.meta, createdMs: startMs - 90_000 } };
    expect(observe([policy([7070])], { services: [...healthy.services, young] })).toEqual([]);
    expect(observe([policy([7070])], { daemonSets: healthy.daemonSets })).toEqual([]);
  });
});
