import { describe, expect, it } from 'vitest';
import { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import { renderAgentPlan } from './agent-plan.ts';
import { agentPod, healthyCluster, startMs, withPods } from './cluster.fixture.ts';
import type { NetworkPlan } from './plan.ts';
import { buildPlan } from './plan.ts';
import { choosePeers } from './peers.ts';
import type { PlanConfig } from './settings.ts';
import { defaultPlanConfig } from './settings.ts';

const config: PlanConfig = { ...defaultPlanConfig, keys: [{ id: 'k1', secret: 'x'.repeat(32) }] };

function versions(plan: NetworkPlan): Map<string, string> {
  return new Map(
    plan.agents.map((agent) => [agent.podName, renderAgentPlan(agent, plan, [], config).version]),
  );
}

describe('the plan', () => {
  it('has every path of a small cluster, with the ports that the objects name', () => {
    const { paths } = buildPlan(healthyCluster(5), { ...config, externalName: 'example.org' });
    const ids = [...paths.keys()];
    expect(ids.filter((id) => id.startsWith('node|')).length).toBe(5 * 4 * 2);
    expect(ids.filter((id) => id.startsWith('pod|')).length).toBe(5 * 4 * 3);
    expect(paths.get('dns|dns-udp|node4/pod|dns-vip/10.96.0.10')?.probe).toMatchObject({
      port: 5353,
      protocol: 'dns',
      transport: 'udp',
    });
    expect(paths.get('dns|dns-tcp|node4/pod|dns-pod/kube-system/coredns-b')?.probe.port).toBe(1053);
    expect(paths.get('dns|dns-udp|node4/pod|upstream-dns-vip/10.96.0.10')?.probe).toMatchObject({
      name: 'example.org.',
    });
    expect(ids.filter((id) => id.includes('canary.app'))).toEqual([
      'dns|dns-udp|node3/canary.app|dns-vip/10.96.0.10',
      'dns|dns-tcp|node3/canary.app|dns-vip/10.96.0.10',
    ]);
    expect(paths.get('service|tcp|node4/pod|svc/pathmedic/reflector-1:80')?.path.to).toMatchObject({
      backend: { pod: 'pathmedic/agent-pod-node1-1', node: 'node1' },
    });
  });

  it('renders plans that the contract accepts, within the budget and quick enough', () => {
    const plan = buildPlan(healthyCluster(5), config);
    for (const agent of plan.agents) {
      const rendered = renderAgentPlan(agent, plan, [], config);
      expect(AgentPlan.parse(rendered)).toEqual(rendered);
    }
    const ofNode = [...plan.paths.values()].filter(({ path }) => path.from.node === 'node3');
    const perSecond = ofNode.reduce((sum, { probe }) => sum + 1000 / probe.intervalMs, 0);
    expect(perSecond).toBeLessThanOrEqual(config.budgetPerSecond);
    expect(Math.max(...ofNode.map(({ probe }) => probe.intervalMs))).toBeLessThanOrEqual(4000);
  });

  it('leaves out terminating and starting agents as targets, but not ones that merely are not ready', () => {
    const cluster = withPods(healthyCluster(3), (pod) => {
      if (pod.meta.name === 'agent-pod-node1-1')
        return { ...pod, meta: { ...pod.meta, deletingSinceMs: startMs } };
      if (pod.meta.name === 'agent-pod-node2-1') return { ...pod, ready: false };
      return pod;
    });
    const fresh = agentPod('agent-pod', 'node1', 2);
    const young = { ...fresh, ready: false, meta: { ...fresh.meta, createdMs: startMs - 1000 } };
    const { paths, agents } = buildPlan({ ...cluster, pods: [...cluster.pods, young] }, config);
    expect(agents.map(({ podName }) => podName)).not.toContain('agent-pod-node1-1');
    expect(paths.has('pod|tcp|node3/pod|node1/pod')).toBe(false);
    expect(paths.has('pod|tcp|node1/pod|node3/pod')).toBe(true);
    expect(paths.has('pod|tcp|node3/pod|node2/pod')).toBe(true);
  });

  it('has nothing to do for an agent that is going away without a successor', () => {
    const cluster = withPods(healthyCluster(3), (pod) =>
      pod.meta.name === 'agent-pod-node1-1'
        ? { ...pod, meta: { ...pod.meta, deletingSinceMs: startMs } }
        : pod,
    );
    const { agents, paths } = buildPlan(cluster, config);
    expect(agents.map(({ podName }) => podName)).not.toContain('agent-pod-node1-1');
    expect([...paths.keys()].filter((id) => id.includes('node1/pod'))).toEqual([]);
  });

  it.each([
    ['deleted', { meta: { deletingSinceMs: startMs } }],
    [
      'tainted for removal',
      { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', value: '', effect: 'NoSchedule' }] },
    ],
    ['drained', { unschedulable: true }],
  ])('takes a node that is %s out of judgement', (_, change) => {
    const cluster = healthyCluster(4);
    const nodes = cluster.nodes.map((node) =>
      node.meta.name === 'node4'
        ? { ...node, ...change, meta: { ...node.meta, ...('meta' in change ? change.meta : {}) } }
        : node,
    );
    const { paths } = buildPlan({ ...cluster, nodes }, config);
    expect([...paths.keys()].filter((id) => id.includes('node4'))).toEqual([]);
  });

  it('keeps a NotReady node and a cordoned one with work on it under judgement', () => {
    const cluster = healthyCluster(4);
    const nodes = cluster.nodes.map((node) => {
      if (node.meta.name === 'node4') {
        return { ...node, conditions: node.conditions.map((c) => ({ ...c, status: 'False' })) };
      }
      // coredns-b, which a drain would evict, runs here
      return node.meta.name === 'node2' ? { ...node, unschedulable: true } : node;
    });
    const { paths } = buildPlan({ ...cluster, nodes }, config);
    expect(paths.has('pod|tcp|node1/pod|node4/pod')).toBe(true);
    expect(paths.has('pod|tcp|node1/pod|node2/pod')).toBe(true);
  });

  it('gives the same facts the same versions, and a new pod new ones to those who probe it', () => {
    const cluster = healthyCluster(4);
    const before = versions(buildPlan(cluster, config));
    expect(versions(buildPlan({ ...cluster, atMs: startMs + 60_000 }, config))).toEqual(before);
    const replaced = withPods(cluster, (pod) =>
      pod.meta.name === 'agent-pod-node1-1' ? agentPod('agent-pod', 'node1', 2) : pod,
    );
    const after = versions(buildPlan(replaced, config));
    const changed = [...after]
      .filter(([name, version]) => before.get(name) !== version)
      .map(([name]) => name);
    expect(changed).toEqual(
      expect.arrayContaining(['agent-pod-node2-1', 'agent-pod-node3-1', 'agent-pod-node4-1']),
    );
    expect(changed).not.toContain('agent-host-node2-1');
  });
});

describe('peers in a large cluster', () => {
  const names = Array.from({ length: 200 }, (_, i) => `node${i}`);
  const options = { fullMeshNodes: 16, fanOut: 8 };

  it('are as many out as configured and about as many in', () => {
    const peers = choosePeers(names, options);
    const incoming = new Map<string, number>();
    for (const [node, chosen] of peers) {
      expect(new Set(chosen).size).toBe(8);
      expect(chosen).not.toContain(node);
      for (const peer of chosen) incoming.set(peer, (incoming.get(peer) ?? 0) + 1);
    }
    expect(Math.min(...names.map((name) => incoming.get(name) ?? 0))).toBeGreaterThanOrEqual(6);
    expect(Math.max(...incoming.values())).toBeLessThanOrEqual(10);
  });

  it('stay the same for all but a few nodes when one leaves', () => {
    const before = choosePeers(names, options);
    const after = choosePeers(names.slice(1), options);
    const changed = [...after].filter(([node, chosen]) => String(before.get(node)) !== String(chosen));
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThanOrEqual(16);
  });
});
