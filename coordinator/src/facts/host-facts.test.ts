import { describe, expect, it } from 'vitest';
import type { HostFacts } from './host-facts.ts';
import { podRoutes } from './pod-routes.ts';
import { facts, node } from './record-builders.fixture.ts';
import { withHosts } from './with-hosts.ts';

function host(routes: HostFacts['routes']): HostFacts {
  return {
    node: 'node1',
    receivedMs: 0,
    ipForward: true,
    bridgeNetfilter: 'on',
    interfaces: [],
    routes,
    conntrack: null,
    neighbours: null,
    kubeProxy: null,
  };
}

const cluster = facts({
  nodes: ['node1', 'node2', 'node3', 'node4'].map((name, i) => ({
    ...node(name),
    podCIDRs: [`10.244.${i + 1}.0/24`, `fd00:0:0:${i + 1}::/64`],
  })),
});

const via = (destination: string, gateway: string | null = '10.0.0.9', name: string | null = 'eth0') => ({
  destination,
  gateway,
  interface: name,
});

describe('routes to pods', () => {
  it('are looked up for every other node; the default route is none', () => {
    const routes = [via('0.0.0.0/0'), via('10.244.2.0/24', '10.0.0.2'), via('10.244.4.0/24', null, null)];
    expect(podRoutes(cluster, host(routes))).toEqual([
      { peer: 'node2', podCIDR: '10.244.2.0/24', route: via('10.244.2.0/24', '10.0.0.2') },
      { peer: 'node3', podCIDR: '10.244.3.0/24', route: null },
      { peer: 'node4', podCIDR: '10.244.4.0/24', route: via('10.244.4.0/24', null, null) },
    ]);
  });

  it('are the most specific that hold the whole range', () => {
    const routes = [
      via('10.0.0.0/8', '10.0.0.1'),
      via('10.244.3.0/25', '10.0.0.3'),
      via('10.244.0.0/16', '10.0.0.5'),
    ];
    expect(podRoutes(cluster, host(routes))?.map(({ route }) => route?.gateway)).toEqual([
      '10.0.0.5',
      '10.0.0.5',
      '10.0.0.5',
    ]);
  });

  it('are not known where the table could not be read', () => {
    expect(podRoutes(cluster, host(null))).toBeNull();
  });
});

it('hosts of which nothing was told are unknown, not absent', () => {
  expect(withHosts(cluster, []).unknown.map(({ what }) => what)).toEqual(['hosts']);
  const told = withHosts(cluster, [host([])]);
  expect(told.unknown).toEqual([]);
  expect(told.hosts).toHaveLength(1);
});
