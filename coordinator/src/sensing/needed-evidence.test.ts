import { describe, expect, it } from 'vitest';
import type { Path } from '../domain/path.ts';
import { node } from '../facts/record-builders.fixture.ts';
import type { PodRecord } from '../facts/records.ts';
import { agentPod, healthyCluster, withPods } from './cluster.fixture.ts';
import { neededEvidence, pathForEach, unmetNeeds } from './needed-evidence.ts';
import { createWorld } from './world.fixture.ts';

const ofNode4 = ({ path }: { path: Path }): boolean =>
  path.from.node === 'node4' || (path.to.type === 'agent' && path.to.node === 'node4');

/** node4's pods are cut off from those of the other nodes, and an incident says so. */
async function brokenNode() {
  const world = createWorld(healthyCluster(5));
  await world.run(40_000);
  world.setNetwork((path) => (path.kind === 'pod' && ofNode4({ path }) ? 'timeout' : 'ok'));
  expect(await world.untilOpen(20_000)).not.toBeNull();
  return world;
}

const isPodAgent = ({ meta }: PodRecord): boolean => meta.name.startsWith('agent-pod-node4');

describe('a fault whose only witness vanishes', () => {
  it('is not over, however long nothing is seen; it is once a new agent there is answered', async () => {
    const world = await brokenNode();
    world.setCluster(withPods(world.cluster(), (pod) => (isPodAgent(pod) ? null : pod)));
    await world.run(180_000);
    expect(world.memory.incidents()).toMatchObject([{ symptomsGone: false }]);
    world.setNetwork(() => 'ok');
    const cluster = world.cluster();
    world.setCluster({ ...cluster, pods: [...cluster.pods, agentPod('agent-pod', 'node4', 2)] });
    await world.run(90_000);
    expect(world.memory.incidents()).toMatchObject([{ symptomsGone: true }]);
  });

  it('is over, and says what left, when the node left the cluster', async () => {
    const world = await brokenNode();
    const cluster = withPods(world.cluster(), (pod) => (pod.nodeName === 'node4' ? null : pod));
    world.setCluster({ ...cluster, nodes: cluster.nodes.filter(({ meta }) => meta.name !== 'node4') });
    await world.run(90_000);
    const [incident] = world.memory.incidents();
    expect(incident?.symptomsGone).toBe(true);
    const recovered = world.memory
      .events(incident?.id ?? '')
      .findLast(({ body }) => body.type === 'recovered');
    expect(recovered?.body).toMatchObject({
      detail: expect.stringContaining(
        'node4 is no longer under test (deleted, drained or marked for removal)',
      ),
    });
  });

  it('is over also when the node is about to be removed', async () => {
    const world = await brokenNode();
    const taint = { key: 'ToBeDeletedByClusterAutoscaler', value: '', effect: 'NoSchedule' as const };
    const cluster = world.cluster();
    const nodes = cluster.nodes.map((one) =>
      one.meta.name === 'node4' ? { ...node('node4'), meta: one.meta, taints: [taint] } : one,
    );
    world.setCluster({ ...cluster, nodes });
    await world.run(90_000);
    expect(world.memory.incidents()).toMatchObject([{ symptomsGone: true }]);
  });
});

describe('what is needed', () => {
  const judged = { nodes: ['node1', 'node2'], namespaces: ['app'] };
  const symptomOn = (...pathIds: string[]) => [
    {
      kind: 'paths-failing' as const,
      key: 'k',
      scope: { type: 'cluster' as const },
      component: null,
      headline: 'h',
      sinceMs: 0,
      lines: [],
      affected: { nodes: [], namespaces: [], objects: [] },
      pathIds,
      lossRate: 1,
    },
  ];
  const needsOf = (...pathIds: string[]) => neededEvidence(symptomOn(...pathIds), judged).needs;

  it('is met by another path of that kind and direction only', () => {
    const needs = needsOf('pod|tcp|node1/pod|node2/pod');
    const met = (...ids: string[]) => unmetNeeds(needs, ids).map(({ what }) => what);
    expect(met()).toEqual(['pod paths from node1/pod', 'pod paths to node2/pod']);
    expect(met('pod|udp|node1/pod|node3/pod', 'pod|udp|node3/pod|node2/pod')).toEqual([]);
    expect(met('pod|tcp|node2/pod|node1/pod', 'node|tcp|node1/host|node2/host')).toHaveLength(2);
  });

  it('asks for the DNS Service address where that failed, whichever node the canary runs on', () => {
    const needs = needsOf('dns|dns-udp|node1/canary.app|dns-vip/10.96.0.10');
    expect(unmetNeeds(needs, ['dns|dns-udp|node2/canary.app|dns-pod/kube-system/coredns-x'])).toHaveLength(1);
    expect(unmetNeeds(needs, ['dns|dns-tcp|node2/canary.app|dns-vip/10.96.0.10'])).toEqual([]);
  });

  it('leaves out a namespace that was deleted, and no namespace while they are not known', () => {
    const failed = symptomOn('dns|dns-udp|node1/canary.gone|dns-vip/10.96.0.10');
    expect(neededEvidence(failed, judged)).toEqual({ needs: [], left: ['namespace gone'] });
    expect(neededEvidence(failed, { ...judged, namespaces: null }).needs).toHaveLength(1);
  });

  it('has a path for each end, where there is one', () => {
    const needs = needsOf('pod|tcp|node1/pod|node2/pod', 'pod|tcp|node2/pod|node1/pod');
    const present = ['pod|tcp|node1/pod|node3/pod', 'pod|udp|node1/pod|node2/pod', 'node|tcp|node2/host|x'];
    expect(pathForEach(needs, present)).toEqual(present.slice(0, 2));
  });
});
