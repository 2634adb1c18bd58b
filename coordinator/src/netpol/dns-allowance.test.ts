import { describe, expect, it } from 'vitest';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import {
  configMap,
  container,
  facts,
  namespace,
  networkPolicy,
  pod,
  service,
} from '../facts/record-builders.fixture.ts';
import { dnsEgressRule, dnsPortWords } from './dns-allowance.ts';
import { evaluateFlow } from './evaluate-flow.ts';
import { type Flow, policyPodOf, policyWorldOf } from './policy-world.ts';

const labels = { 'k8s-app': 'kube-dns' };

function cluster(over: Partial<ClusterFacts> = {}, targetPort = '53', port = 53): ClusterFacts {
  return facts({
    namespaces: [namespace('app'), namespace('kube-system')],
    services: [
      service('kube-dns', 'kube-system', {
        selector: labels,
        meta: { labels },
        ports: [
          { name: 'dns', port, targetPort, protocol: 'UDP' },
          { name: 'dns-tcp', port, targetPort, protocol: 'TCP' },
          { name: 'metrics', port: 9153, targetPort: '9153', protocol: 'TCP' },
        ],
      }),
    ],
    pods: [
      pod('web', 'app', { nodeName: 'n1', ips: ['10.244.1.5'] }),
      pod('coredns-a', 'kube-system', {
        nodeName: 'n2',
        ips: ['10.244.2.2'],
        meta: { labels },
        containers: [container('coredns', { ports: [{ name: 'dns-udp', port: 5353, protocol: 'UDP' }] })],
      }),
      pod('other', 'kube-system', { nodeName: 'n2', ips: ['10.244.2.3'] }),
    ],
    ...over,
  });
}

function verdict(at: ClusterFacts, to: string, port: number, protocol: 'UDP' | 'TCP') {
  const world = policyWorldOf(at);
  const pods = new Map(at.pods.map((record) => [record.meta.name, policyPodOf(record)]));
  const [web, target] = [pods.get('web'), pods.get(to)];
  if (world === null || web === undefined || target === undefined) throw new Error('incomplete');
  const flow: Flow = { from: { type: 'pod', pod: web }, to: { type: 'pod', pod: target }, port, protocol };
  return evaluateFlow(world, flow).verdict;
}

it('ports are told with their protocols', () => {
  const port = (protocol: 'UDP' | 'TCP', number: number) => ({ protocol, port: number });
  expect(dnsPortWords([port('UDP', 53), port('TCP', 53)])).toBe('UDP and TCP 53');
  const moved = [port('UDP', 53), port('TCP', 53), port('UDP', 5353), port('TCP', 5353)];
  expect(dnsPortWords(moved)).toBe('UDP and TCP 53 and 5353');
  expect(dnsPortWords([port('UDP', 53), port('TCP', 53), port('UDP', 5353)])).toBe(
    'UDP and TCP 53, UDP 5353',
  );
});

describe('the rule that allows DNS', () => {
  it('knows DNS by the names of the Service ports where it is not on 53', () => {
    const allowance = dnsEgressRule(cluster({}, '1053', 1053));
    if (!allowance.ok) throw new Error(allowance.why);
    expect(allowance.ports.filter(({ port }) => port !== 53)).toEqual([
      { protocol: 'UDP', port: 1053 },
      { protocol: 'TCP', port: 1053 },
    ]);
  });

  it('allows DNS to the cluster DNS and nothing else', () => {
    const allowance = dnsEgressRule(cluster());
    if (!allowance.ok) throw new Error(allowance.why);
    const denied = cluster({
      networkPolicies: [networkPolicy('egress', 'app', { podSelector: {}, policyTypes: ['Egress'] })],
    });
    const patched = cluster({
      networkPolicies: [
        networkPolicy('egress', 'app', {
          podSelector: {},
          policyTypes: ['Egress'],
          egress: [allowance.rule],
        }),
      ],
    });
    expect(verdict(denied, 'coredns-a', 53, 'UDP')).toBe('denied');
    expect(verdict(patched, 'coredns-a', 53, 'UDP')).toBe('allowed');
    expect(verdict(patched, 'coredns-a', 53, 'TCP')).toBe('allowed');
    expect(verdict(patched, 'coredns-a', 9153, 'TCP')).toBe('denied');
    expect(verdict(patched, 'other', 53, 'UDP')).toBe('denied');
  });

  it('holds the real ports behind the Service, also by name', () => {
    const allowance = dnsEgressRule(cluster({}, 'dns-udp'));
    expect(allowance).toMatchObject({
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 },
        { protocol: 'UDP', port: 5353 },
      ],
    });
  });

  it('holds the address of a node-local cache, but not the Service address it also binds', () => {
    const local = configMap('node-local-dns', 'kube-system', {
      Corefile: '.:53 {\n    bind 169.254.20.10 10.96.0.10\n}\n',
    });
    expect(dnsEgressRule(cluster({ configMaps: [local] }))).toMatchObject({
      rule: { to: [{}, { ipBlock: { cidr: '169.254.20.10/32' } }] },
    });
  });

  it('is not made where selectors would not reach', () => {
    const onHost = cluster().pods.map((record) =>
      record.meta.name === 'coredns-a' ? { ...record, hostNetwork: true } : record,
    );
    expect(dnsEgressRule(cluster({ pods: onHost })).ok).toBe(false);
    expect(dnsEgressRule(cluster({ namespaces: [] })).ok).toBe(false);
    expect(dnsEgressRule(cluster({ services: [] })).ok).toBe(false);
  });
});

describe('what upstream leaves open', () => {
  const onHost = pod('hosted', 'app', { nodeName: 'n1', ips: ['192.168.0.1'], hostNetwork: true });
  const world = (egress: object) => ({
    ...cluster({
      networkPolicies: [networkPolicy('p', 'app', { podSelector: {}, policyTypes: ['Egress'], ...egress })],
    }),
  });

  it('is unknown: pod selectors and host-network peers of another node', () => {
    const at = world({ egress: [{ to: [{ podSelector: {} }] }] });
    const elsewhere = { ...onHost, nodeName: 'n9' };
    expect(verdict({ ...at, pods: [...at.pods, elsewhere] }, 'hosted', 80, 'TCP')).toBe('unknown');
  });

  it('is decided: a pod reaches its own node', () => {
    const at = world({});
    expect(verdict({ ...at, pods: [...at.pods, onHost] }, 'hosted', 80, 'TCP')).toBe('allowed');
  });
});
