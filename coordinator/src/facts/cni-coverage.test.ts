import { describe, expect, it } from 'vitest';
import { cniCoverage } from './cni-coverage.ts';
import { cniFlavourOf } from './cni-flavour.ts';
import { crashing, daemonSet, facts, node, podOf } from './record-builders.fixture.ts';

describe('which CNI a DaemonSet is', () => {
  it.each([
    ['kube-flannel-ds', {}, 'flannel'],
    ['kube-flannel-ds-arm64', {}, 'flannel'],
    ['rke2-canal', { images: ['docker.io/calico/node:v3', 'flannel:1'] }, 'canal'],
    ['network', { images: ['registry.internal:5000/mirror/calico/node:v3.28@sha256:00'] }, 'calico'],
    ['net', { images: ['quay.io/cilium/cilium:v1.16'], labels: { 'k8s-app': 'cilium' } }, 'cilium'],
    ['anetd', {}, 'cilium'],
    ['aws-node', {}, 'aws-node'],
    ['cilium-envoy', { images: ['quay.io/cilium/cilium-envoy:v1'] }, null],
    ['kube-proxy', { labels: { 'k8s-app': 'kube-proxy' } }, null],
    ['flannel-exporter', { hostNetwork: false, labels: { app: 'flannel' } }, null],
  ])('%s', (name, template, flavour) => {
    expect(cniFlavourOf(daemonSet(name, 'kube-system', { template: { labels: {}, ...template } }))).toBe(
      flavour,
    );
  });
});

describe('CNI coverage of the nodes', () => {
  const flannel = daemonSet('kube-flannel-ds', 'kube-flannel', { template: { nodeSelector: { net: 'on' } } });
  const on = { labels: { net: 'on' } };

  it('tells ready, unhealthy, excluded and missing apart', () => {
    const [coverage] = cniCoverage(
      facts({
        nodes: [node('a', on), node('b', on), node('c'), node('d', on)],
        daemonSets: [flannel],
        pods: [podOf(flannel, 'a'), podOf(flannel, 'b', crashing('kube-flannel'))],
      }),
    );
    expect(coverage?.nodes.map(({ node: at, state }) => [at.meta.name, state])).toEqual([
      ['a', 'ready'],
      ['b', 'unhealthy'],
      ['c', 'excluded'],
      ['d', 'missing'],
    ]);
  });

  it('leaves out nodes that need no agent of that kind', () => {
    const [coverage] = cniCoverage(
      facts({
        nodes: [
          node('w', { labels: { 'kubernetes.io/os': 'windows' } }),
          node('v', { labels: { type: 'virtual-kubelet' } }),
        ],
        daemonSets: [flannel],
      }),
    );
    expect(coverage?.nodes).toEqual([]);
  });

  it('counts one agent per architecture as one CNI', () => {
    const arm = daemonSet('kube-flannel-ds-arm64', 'net', {
      template: { nodeSelector: { 'kubernetes.io/arch': 'arm64' } },
    });
    const amd = daemonSet('kube-flannel-ds-amd64', 'net', {
      template: { nodeSelector: { 'kubernetes.io/arch': 'amd64' } },
    });
    const coverages = cniCoverage(
      facts({
        nodes: [
          node('a', { labels: { 'kubernetes.io/arch': 'amd64' } }),
          node('b', { labels: { 'kubernetes.io/arch': 'arm64' } }),
        ],
        daemonSets: [arm, amd],
        pods: [podOf(amd, 'a'), podOf(arm, 'b')],
      }),
    );
    expect(coverages.map(({ nodes }) => nodes.map(({ state }) => state))).toEqual([['ready', 'ready']]);
  });

  it('respects two CNIs that share the cluster by node pool, but not policy beside overlay', () => {
    const calico = daemonSet('calico-node', 'kube-system', { template: { nodeSelector: { pool: 'two' } } });
    const nodes = [node('a', on), node('b', { labels: { pool: 'two' } })];
    const byPool = cniCoverage(
      facts({ nodes, daemonSets: [flannel, calico], pods: [podOf(flannel, 'a'), podOf(calico, 'b')] }),
    );
    expect(byPool.flatMap((coverage) => coverage.nodes.map(({ state }) => state))).toEqual([
      'ready',
      'ready',
    ]);
    const beside = cniCoverage(
      facts({
        nodes,
        daemonSets: [flannel, calico],
        pods: [podOf(flannel, 'a'), podOf(calico, 'a'), podOf(calico, 'b')],
      }),
    );
    expect(beside[0]?.nodes.map(({ state }) => state)).toEqual(['ready', 'excluded']);
  });

  it('says nothing where nodes or pods could not be read', () => {
    expect(
      cniCoverage(facts({ daemonSets: [flannel], unknown: [{ what: 'pods', why: 'forbidden' }] })),
    ).toEqual([]);
  });
});
