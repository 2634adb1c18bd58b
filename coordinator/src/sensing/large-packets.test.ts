import { describe, expect, it } from 'vitest';
import { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import type { Path } from '../domain/path.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { renderAgentPlan } from './agent-plan.ts';
import { healthyCluster, withPods } from './cluster.fixture.ts';
import { buildPlan } from './plan.ts';
import type { PlanConfig } from './settings.ts';
import { defaultPlanConfig } from './settings.ts';
import type { Network } from './world.fixture.ts';
import { createWorld } from './world.fixture.ts';

const config: PlanConfig = { ...defaultPlanConfig, keys: [{ id: 'k1', secret: 'x'.repeat(32) }] };

/** All agents but the `old` ones know probes with large packets. */
function cluster(nodes: number, old: (name: string) => boolean = () => false): ClusterFacts {
  return withPods(healthyCluster(nodes), (pod) =>
    pod.meta.labels['app.kubernetes.io/part-of'] === 'pathmedic' && !old(pod.meta.name)
      ? { ...pod, meta: { ...pod.meta, annotations: { 'pathmedic.io/probes': 'mtu' } } }
      : pod,
  );
}

function touches(path: Path, node: string): boolean {
  return path.from.node === node || (path.to.type === 'agent' && path.to.node === node);
}

/** Packets that no longer pass by themselves: `which` of the paths with large ones lose them. */
function large(which: (path: Path) => boolean): Network {
  return (path) => (path.kind === 'mtu' && which(path) ? 'large-lost' : 'ok');
}

describe('the plan of large packets', () => {
  it('is only for agents that know them, as prober and as target', () => {
    const old = (name: string): boolean => name === 'agent-pod-node2-1';
    const ids = [...buildPlan(cluster(3, old), config).paths.keys()].filter((id) => id.startsWith('mtu|'));
    expect(ids.filter((id) => id.includes('/pod'))).toEqual([
      'mtu|udp|node1/pod|node3/pod',
      'mtu|tcp|node1/pod|node3/pod',
      'mtu|udp|node3/pod|node1/pod',
      'mtu|tcp|node3/pod|node1/pod',
    ]);
    expect(ids.filter((id) => id.includes('/host'))).toHaveLength(3 * 2 * 2);
  });

  it('keeps to a few peers and, counted for what they cost, to the budget', () => {
    const plan = buildPlan(cluster(30), config);
    const own = [...plan.paths.values()].filter(({ path }) => path.from.node === 'node7');
    expect(own.filter(({ path }) => path.kind === 'mtu')).toHaveLength(3 * 2 * 2);
    const perSecond = own.reduce(
      (sum, { path, probe }) => sum + ((path.kind === 'mtu' ? 2 : 1) * 1000) / probe.intervalMs,
      0,
    );
    expect(perSecond).toBeLessThanOrEqual(config.budgetPerSecond);
    for (const agent of plan.agents) {
      const rendered = renderAgentPlan(agent, plan, [], config);
      expect(AgentPlan.parse(rendered)).toEqual(rendered);
    }
  });
});

describe('large packets that vanish', () => {
  it('at one node are named within a minute, with the size that still passes', async () => {
    const world = createWorld(cluster(4));
    await world.run(40_000);
    world.setNetwork(large((path) => path.from.mode === 'pod' && touches(path, 'node2')));
    const tookMs = await world.untilOpen(90_000);
    expect(tookMs).toBeLessThanOrEqual(60_000);
    const [incident] = world.memory.incidents();
    expect(incident?.title).toBe('Large packets to and from pods on node2 vanish (above 1350 bytes)');
    const [symptom] = incident?.symptoms ?? [];
    expect(symptom).toMatchObject({
      component: 'mtu-pods:node2',
      scope: { type: 'nodes', nodes: ['node2'] },
    });
    expect(symptom?.lines).toContain('Largest packet that passes: 1350 bytes; the interface allows 1450');
    expect(symptom?.lines.find((line) => line.startsWith('Small packets'))).toMatch(/: (\d+) of \1 probes/);
    expect(symptom?.lines.find((line) => line.includes('nodes themselves'))).toMatch(/: (\d+) of \1 probes/);
    // Nothing is blamed that carries small packets too.
    expect(incident?.symptoms.map(({ component }) => component)).toEqual(['mtu-pods:node2']);
  });

  it('of a node itself, and so of its pods, are the node', async () => {
    const world = createWorld(cluster(4));
    await world.run(40_000);
    world.setNetwork(large((path) => touches(path, 'node3')));
    await world.run(90_000);
    const components = world.memory.incidents().map(({ symptoms }) => symptoms.map((s) => s.component));
    expect(components).toEqual([['mtu-node:node3']]);
  });

  it('everywhere are one incident', async () => {
    const world = createWorld(cluster(4));
    await world.run(40_000);
    world.setNetwork(large((path) => path.from.mode === 'pod'));
    await world.run(80_000);
    const incidents = world.memory.incidents();
    expect(incidents.map(({ title }) => title)).toEqual([
      expect.stringMatching(/^Large packets to and from/),
    ]);
  });

  it('are over once they pass again', async () => {
    const world = createWorld(cluster(4));
    await world.run(40_000);
    world.setNetwork(large((path) => path.from.mode === 'pod' && touches(path, 'node2')));
    await world.untilOpen(90_000);
    world.setNetwork(() => 'ok');
    await world.run(90_000);
    expect(world.sensing.view.snapshot().symptoms).toEqual([]);
    expect(world.memory.incidents()).toMatchObject([{ symptomsGone: true }]);
  });
});

describe('an outage of small packets', () => {
  const cut = (path: Path): boolean =>
    path.kind !== 'node' && path.from.mode === 'pod' && touches(path, 'node2');

  it('is named as if there were no large ones, which are unknown then', async () => {
    const world = createWorld(cluster(4));
    await world.run(40_000);
    world.setNetwork((path) => (cut(path) ? 'timeout' : 'ok'));
    const tookMs = await world.untilOpen(60_000);
    expect(tookMs).toBeLessThanOrEqual(15_000);
    await world.run(60_000);
    const [incident, ...more] = world.memory.incidents();
    expect(more).toEqual([]);
    expect(incident?.title).toBe('Pods on node2 cannot reach pods on other nodes');
    const states = world.sensing.view.snapshot().paths.filter(({ path }) => path.kind === 'mtu' && cut(path));
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['unknown']));
  });
});
