import { describe, expect, it } from 'vitest';
import type { Path } from '../domain/path.ts';
import { crashing, event } from '../facts/record-builders.fixture.ts';
import { agentPod, dnsPod, flannel, healthyCluster, slice, withPods } from './cluster.fixture.ts';
import { seededRandom } from './locate.fixture.ts';
import { settingsForWindow } from './settings.ts';
import { targetNode } from './symptoms/probe-counts.ts';
import { createWorld } from './world.fixture.ts';

/** Pod traffic between that node and others is lost; the node itself and the pods on it are fine among themselves. */
function cutPods(node: string) {
  return (path: Path) => {
    if (path.kind === 'node') return 'ok' as const;
    const to = targetNode({ path } as never);
    const from = path.from.node;
    // The DNS address leads to the pods on node1 and node2 in turn.
    if (to === null) return from === node ? ('timeout' as const) : ('ok' as const);
    return from !== to && (from === node || to === node) ? ('timeout' as const) : ('ok' as const);
  };
}

const isDns = (path: Path): boolean => path.kind === 'dns';

describe('a fault that loses everything', () => {
  it.each([1, 2, 3])('on one node becomes one incident with its name within 15 s (seed %i)', async (seed) => {
    const world = createWorld(healthyCluster(5), { seed });
    await world.run(40_000);
    world.setNetwork(cutPods('node4'));
    expect(await world.untilOpen(15_000)).not.toBeNull();
    await world.run(120_000);
    const incidents = world.memory.incidents();
    expect(incidents.map(({ title }) => title)).toEqual(['Pods on node4 cannot reach pods on other nodes']);
    expect(incidents[0]?.scopeKey).toBe('node:node4');
    const symptom = incidents[0]?.symptoms.find(({ key }) => key === 'pod-network:node4');
    expect(symptom?.lossRate).toBeGreaterThan(0.95);
    expect(symptom?.lines[0]).toMatch(
      /^node4 to 4 of 4 nodes failing \(pod network\): 0 of \d+ probes answered$/,
    );
    expect(symptom?.lines.join('\n')).toMatch(
      /node4 with other nodes \(node network\): (\d+) of \1 probes answered/,
    );
  });

  it.each([1, 2, 3])('on DNS becomes one incident of the cluster within 15 s (seed %i)', async (seed) => {
    const world = createWorld(healthyCluster(5), { seed });
    await world.run(40_000);
    world.setCluster(
      withPods(world.cluster(), (pod) =>
        pod.meta.labels['k8s-app'] === 'kube-dns' ? { ...pod, ...crashing('coredns') } : pod,
      ),
    );
    world.setNetwork((path) => (isDns(path) ? 'refused' : 'ok'));
    expect(await world.untilOpen(15_000)).not.toBeNull();
    await world.run(60_000);
    const incidents = world.memory.incidents();
    expect(incidents.map(({ title }) => title)).toEqual(['DNS does not answer in the whole cluster']);
    expect(incidents[0]?.symptoms.map(({ key }) => key).toSorted()).toEqual(['dns', 'dns-pods']);
    expect(incidents[0]?.symptoms[0]?.pathIds[0]).toContain('dns-vip');
  });

  it('on names outside of the cluster is found soon, also right after a CoreDNS roll-out', async () => {
    const world = createWorld(healthyCluster(5), { plan: { externalName: 'example.com' } });
    await world.run(40_000);
    const rolled = [dnsPod('coredns-c', 'node1'), dnsPod('coredns-d', 'node2')];
    const fresh = { readySinceMs: world.nowMs() };
    const others = world.cluster().pods.filter(({ meta }) => meta.labels['k8s-app'] !== 'kube-dns');
    world.setCluster({
      ...world.cluster(),
      pods: [...others, ...rolled.map((one) => ({ ...one, ...fresh }))],
    });
    world.setNetwork((path) => ('upstream' in path.to && path.to.upstream ? 'dns-rcode' : 'ok'));
    expect(await world.untilOpen(40_000)).not.toBeNull();
    await world.run(60_000);
    expect(world.memory.incidents().map(({ title }) => title)).toEqual([
      'Names outside of the cluster do not resolve',
    ]);
  });

  it('on one of two CoreDNS pods does not put a share of the lookups into the title', async () => {
    const world = createWorld(healthyCluster(3));
    const random = seededRandom(7);
    await world.run(40_000);
    world.setNetwork((path) => {
      if (path.to.type === 'dns-pod') return path.to.pod.endsWith('coredns-b') ? 'timeout' : 'ok';
      return path.to.type === 'dns-vip' && random() < 0.5 ? 'timeout' : 'ok';
    });
    expect(await world.untilOpen(40_000)).not.toBeNull();
    await world.run(30_000);
    expect(world.memory.incidents().map(({ title }) => title)).toEqual([
      'One of 2 CoreDNS pods does not answer: some lookups fail',
    ]);
  });

  it('in one namespace is told by its canary, and names the namespace', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    world.setNetwork((path) => (isDns(path) && path.from.namespace === 'app' ? 'timeout' : 'ok'));
    expect(await world.untilOpen(15_000)).not.toBeNull();
    await world.run(30_000);
    expect(world.memory.incidents().map(({ title, scopeKey }) => [title, scopeKey])).toEqual([
      ['Pods in namespace app cannot resolve names', 'namespace:app'],
    ]);
  });

  it('in the Service rules of one node names that node', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    const throughService = (path: Path): boolean => path.to.type === 'service' || path.to.type === 'dns-vip';
    world.setNetwork((path) => (path.from.node === 'node5' && throughService(path) ? 'timeout' : 'ok'));
    expect(await world.untilOpen(15_000)).not.toBeNull();
    expect(world.memory.incidents().map(({ title }) => title)).toEqual(['Services do not answer on node5']);
  });

  it('at two places at once becomes two incidents', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    const cut = cutPods('node4');
    world.setNetwork((path) => (isDns(path) && path.from.mode === 'canary' ? 'timeout' : cut(path)));
    await world.run(40_000);
    expect(
      world.memory
        .incidents()
        .map(({ scopeKey }) => scopeKey)
        .toSorted(),
    ).toEqual(['namespace:app', 'node:node4']);
  });

  it('in the whole pod network is one incident, not one a node', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    world.setNetwork((path) => {
      const to = targetNode({ path } as never);
      return path.kind === 'pod' || (to !== null && path.kind !== 'node' && to !== path.from.node)
        ? 'timeout'
        : 'ok';
    });
    await world.run(60_000);
    expect(world.memory.incidents().map(({ title }) => title)).toEqual([
      'Pods cannot reach pods on other nodes in the whole cluster',
    ]);
  });

  it('with a CNI agent that is not wanted on its node joins what the cluster says about it', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    const excluded = {
      ...flannel,
      template: { ...flannel.template, nodeSelector: { net: 'on' } },
      desired: 4,
      current: 4,
      ready: 4,
    };
    const cluster = world.cluster();
    world.setCluster({
      ...withPods(cluster, (pod) => (pod.meta.name === 'kube-flannel-ds-node4' ? null : pod)),
      daemonSets: [excluded],
      nodes: cluster.nodes.map((node) =>
        node.meta.name === 'node4'
          ? {
              ...node,
              conditions: [
                {
                  type: 'Ready',
                  status: 'False',
                  reason: 'KubeletNotReady',
                  message:
                    'container runtime network not ready: NetworkReady=false cni plugin not initialized',
                  sinceMs: world.nowMs(),
                },
              ],
            }
          : { ...node, meta: { ...node.meta, labels: { ...node.meta.labels, net: 'on' } } },
      ),
    });
    world.setNetwork(cutPods('node4'));
    expect(await world.untilOpen(15_000)).not.toBeNull();
    await world.run(60_000);
    const incidents = world.memory.incidents();
    expect(incidents.map(({ title }) => title)).toEqual(['Pods on node4 cannot reach pods on other nodes']);
    expect(incidents[0]?.symptoms.map(({ key }) => key).toSorted()).toEqual([
      'cni-agents:flannel',
      'node-network:node4',
      'pod-network:node4',
    ]);
  });
});

describe('addresses that run out', () => {
  it('open an incident once pods are stuck for long enough, and it recovers when they are gone', async () => {
    const world = createWorld(healthyCluster(5), { settings: { stuckPodMs: 60_000 } });
    await world.run(30_000);
    const stuck = {
      ...agentPod('canary', 'node2', 9),
      phase: 'Pending',
      ready: false,
      ips: [],
      meta: { ...agentPod('canary', 'node2', 9).meta, name: 'web-1', labels: {}, createdMs: world.nowMs() },
    };
    const healthy = world.cluster();
    const message =
      'plugin type="host-local" failed: no IP addresses available in range set: 10.1.2.1-10.1.2.254';
    world.setCluster({
      ...healthy,
      pods: [...healthy.pods, stuck],
      events: [
        event(
          'FailedCreatePodSandBox',
          message,
          { kind: 'Pod', namespace: 'app', name: 'web-1' },
          { firstMs: world.nowMs(), lastMs: world.nowMs() },
        ),
      ],
    });
    await world.run(50_000);
    expect(world.memory.incidents()).toEqual([]);
    await world.run(30_000);
    expect(world.memory.incidents().map(({ title }) => title)).toEqual(['No free pod addresses on node2']);
    world.setCluster(healthy);
    await world.run(30_000);
    expect(world.memory.incidents()[0]?.symptomsGone).toBe(true);
  });
});

describe('an incident over time', () => {
  it('recovers once every affected path is healthy, relapses when the fault is back', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    world.setNetwork(cutPods('node4'));
    await world.run(40_000);
    world.setNetwork(() => 'ok');
    await world.run(60_000);
    expect(world.memory.events('inc-1').map(({ body }) => body.type)).toEqual(['opened', 'recovered']);
    // What the latest windows lost before that would read like a contradiction.
    expect(world.memory.events('inc-1').at(-1)?.body).toMatchObject({
      detail: expect.stringMatching(
        /^All \d+ affected paths answer again, for \d+ s now(: none of the last \d+ probes was lost)?\.$/,
      ),
    });
    world.setNetwork(cutPods('node4'));
    await world.run(40_000);
    expect(world.memory.events('inc-1').map(({ body }) => body.type)).toEqual([
      'opened',
      'recovered',
      'relapsed',
    ]);
    expect(world.memory.incidents()).toHaveLength(1);
  });

  it.each([1, 2, 3, 4])('of DNS recovers without opening others on the way (seed %i)', async (seed) => {
    const world = createWorld(healthyCluster(5), { seed });
    await world.run(40_000);
    world.setNetwork((path) => (isDns(path) ? 'timeout' : 'ok'));
    await world.run(30_000);
    world.setNetwork(() => 'ok');
    await world.run(90_000);
    expect(world.memory.incidents().map(({ symptomsGone }) => symptomsGone)).toEqual([true]);
    const types = world.memory.events('inc-1').map(({ body }) => body.type);
    expect(types.filter((type) => type !== 'symptoms-updated')).toEqual(['opened', 'recovered']);
  });

  it.each([1, 2, 3, 4])(
    'does not leave a second one behind when its paths come back one by one (seed %i)',
    async (seed) => {
      const world = createWorld(healthyCluster(5), { seed, settings: settingsForWindow(2000, 2000) });
      await world.run(40_000);
      world.setNetwork(cutPods('node2'));
      await world.run(12_000);
      // One of the two CoreDNS pods runs there; names come back later than everything else.
      const cut = cutPods('node2');
      let asked = 0;
      world.setNetwork((path) => {
        if (path.to.type === 'dns-pod') return cut(path);
        return path.to.type === 'dns-vip' && ++asked % 2 === 0 ? 'timeout' : 'ok';
      });
      await world.run(6000 + seed * 2000);
      world.setNetwork(() => 'ok');
      await world.run(60_000);
      expect(world.memory.incidents().map(({ title }) => title)).toEqual([
        'Pods on node2 cannot reach pods on other nodes',
      ]);
    },
  );

  it('is opened again, not anew, when it comes back soon after it was closed', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    world.setNetwork((path) => (isDns(path) ? 'timeout' : 'ok'));
    await world.run(30_000);
    world.setNetwork(() => 'ok');
    await world.run(60_000);
    world.memory.put('inc-1', { type: 'closed', how: 'healed', summary: '', auditHead: '0'.repeat(64) });
    world.setNetwork((path) => (isDns(path) ? 'timeout' : 'ok'));
    await world.run(30_000);
    expect(world.memory.incidents().map(({ id, reopened, phase }) => [id, reopened, phase])).toEqual([
      ['inc-1', 1, 'new'],
    ]);
  });

  it('does not recover on silence', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    world.setNetwork(cutPods('node4'));
    await world.run(30_000);
    world.setNetwork(() => 'ok');
    world.setMute(({ node }) => node === 'node4');
    await world.run(60_000);
    expect(world.memory.incidents()[0]?.symptomsGone).toBe(false);
  });
});

describe('what opens nothing', () => {
  it('a quiet cluster with single lost probes', async () => {
    const world = createWorld(healthyCluster(5));
    let probes = 0;
    world.setNetwork(() => (++probes % 700 === 0 ? 'timeout' : 'ok'));
    await world.run(300_000);
    expect(world.memory.incidents()).toEqual([]);
  });

  it('a coordinator that has just started and has heard of few agents', async () => {
    const world = createWorld(healthyCluster(5), { settings: { completeGraceMs: 60_000 } });
    world.setMute(({ node }) => node !== 'node1');
    await world.run(15_000);
    world.setNetwork(() => 'timeout');
    await world.run(40_000);
    expect(world.sensing.view.snapshot().complete).toBe(false);
    expect(world.sensing.view.snapshot().symptoms).not.toEqual([]);
    expect(world.memory.incidents()).toEqual([]);
    world.setMute(() => false);
    await world.run(70_000);
    expect(world.memory.incidents()).not.toEqual([]);
  });

  it('no reports at all', async () => {
    const world = createWorld(healthyCluster(5));
    world.setMute(() => true);
    await world.run(120_000);
    expect(world.memory.incidents()).toEqual([]);
    expect(world.sensing.view.snapshot().paths.every(({ state }) => state === 'unknown')).toBe(true);
  });

  it('the roll-out of the agents themselves', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    for (const node of ['node1', 'node2', 'node3', 'node4', 'node5']) {
      for (const component of ['agent-pod', 'agent-host'] as const) {
        const name = `${component}-${node}-1`;
        world.setCluster(
          withPods(world.cluster(), (pod) =>
            pod.meta.name === name ? { ...pod, meta: { ...pod.meta, deletingSinceMs: world.nowMs() } } : pod,
          ),
        );
        await world.run(3000);
        const fresh = agentPod(component, node, 2);
        const starting = { ...fresh, ready: false, meta: { ...fresh.meta, createdMs: world.nowMs() } };
        const without = withPods(world.cluster(), (pod) => (pod.meta.name === name ? null : pod));
        world.setCluster({ ...without, pods: [...without.pods, starting] });
        await world.run(4000);
        world.setCluster(
          withPods(world.cluster(), (pod) =>
            pod.meta.uid === fresh.meta.uid ? { ...pod, ready: true, readySinceMs: world.nowMs() } : pod,
          ),
        );
        await world.run(3000);
      }
    }
    await world.run(30_000);
    expect(world.memory.incidents()).toEqual([]);
    expect(world.sensing.view.snapshot().paths.filter(({ state }) => state === 'failing')).toEqual([]);
  });

  it('a CoreDNS roll-out that loses some answers of single pods', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    let down: string | null = null;
    world.setNetwork((path) =>
      path.to.type === 'dns-pod' && path.to.pod === `kube-system/${down}` ? 'refused' : 'ok',
    );
    for (const [old, node, fresh] of [
      ['coredns-a', 'node1', 'coredns-c'],
      ['coredns-b', 'node2', 'coredns-d'],
    ] as const) {
      const starting = dnsPod(fresh, node, { ready: false });
      down = fresh;
      const cluster = withPods(world.cluster(), (pod) => (pod.meta.name === old ? null : pod));
      const pods = [...cluster.pods, { ...starting, meta: { ...starting.meta, createdMs: world.nowMs() } }];
      world.setCluster({ ...cluster, pods });
      await world.run(15_000);
      down = null;
      const ready = withPods(world.cluster(), (pod) =>
        pod.meta.name === fresh ? { ...pod, ready: true, readySinceMs: world.nowMs() } : pod,
      );
      const servers = ready.pods.filter((pod) => pod.meta.labels['k8s-app'] === 'kube-dns');
      const slices = ready.endpointSlices.filter(({ service }) => service !== 'kube-dns');
      world.setCluster({ ...ready, endpointSlices: [...slices, slice('kube-system', 'kube-dns', servers)] });
      await world.run(15_000);
    }
    await world.run(30_000);
    expect(world.memory.incidents()).toEqual([]);
  });

  it('a node that reboots within the hold time, whatever was on it', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    world.setNetwork((path) =>
      path.from.node === 'node2' || targetNode({ path } as never) === 'node2' ? 'timeout' : 'ok',
    );
    world.setMute(({ node }) => node === 'node2');
    await world.run(60_000);
    expect(world.memory.incidents()).toEqual([]);
    world.setNetwork(() => 'ok');
    world.setMute(() => false);
    await world.run(60_000);
    expect(world.memory.incidents()).toEqual([]);
  });

  it('a drained node that goes away', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    const cordoned = {
      ...world.cluster(),
      nodes: world
        .cluster()
        .nodes.map((node) => (node.meta.name === 'node5' ? { ...node, unschedulable: true } : node)),
    };
    world.setCluster(cordoned);
    await world.run(10_000);
    world.setNetwork((path) =>
      path.from.node === 'node5' || targetNode({ path } as never) === 'node5' ? 'timeout' : 'ok',
    );
    await world.run(120_000);
    expect(world.memory.incidents()).toEqual([]);
  });

  it('windows that their agent marks as impaired', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    world.setImpaired(({ node }) => (node === 'node3' ? 'event loop lagged 900 ms' : null));
    world.setNetwork((path) => (path.from.node === 'node3' ? 'timeout' : 'ok'));
    await world.run(60_000);
    expect(world.memory.incidents()).toEqual([]);
  });

  it('one lying agent, about anybody but itself, within the time that one-sided blame is held', async () => {
    const world = createWorld(healthyCluster(5));
    await world.run(40_000);
    world.setNetwork((path) =>
      path.from.node === 'node1' && targetNode({ path } as never) === 'node5' ? 'timeout' : 'ok',
    );
    await world.run(90_000);
    expect(world.memory.incidents()).toEqual([]);
    const { suspects } = world.sensing.view.snapshot();
    expect(suspects.length).toBeGreaterThan(0);
    expect(suspects.every(({ unconfirmed }) => unconfirmed)).toBe(true);
  });

  it('a coordinator that is itself cut off: it suspects itself', async () => {
    const world = createWorld(healthyCluster(5), { ownNode: 'node1' });
    await world.run(40_000);
    world.setMute(({ node }) => node !== 'node1');
    world.setNetwork((path) => (path.from.node === 'node1' ? 'timeout' : 'ok'));
    await world.run(60_000);
    expect(world.memory.incidents()).toEqual([]);
    expect(world.sensing.view.snapshot().complete).toBe(false);
  });
});

describe('a check', () => {
  it('is done by the agents that own the paths, once, and ends up in the outcome by its nonce', async () => {
    const world = createWorld(healthyCluster(3));
    await world.run(20_000);
    const pathIds = [
      'pod|tcp|node1/pod|node2/pod',
      'node|udp|node3/host|node1/host',
      'pod|tcp|gone/pod|node1/pod',
    ];
    const request = { nonce: 'nonce-0001', pathIds, probesPerPath: 30, deadlineMs: world.nowMs() + 20_000 };
    world.sensing.view.requestCheck(request);
    world.sensing.view.requestCheck({ ...request, pathIds: [] });
    expect(world.sensing.view.checkOutcome('nonce-0001')?.missing).toEqual(pathIds);
    await world.run(11_000);
    const outcome = world.sensing.view.checkOutcome('nonce-0001');
    expect(outcome?.paths.map(({ pathId, sent, ok }) => [pathId, sent, ok]).toSorted()).toEqual([
      ['node|udp|node3/host|node1/host', 30, 30],
      ['pod|tcp|node1/pod|node2/pod', 30, 30],
    ]);
    expect(outcome?.missing).toEqual(['pod|tcp|gone/pod|node1/pod']);
    expect(world.sensing.view.checkOutcome('nonce-none')).toBeNull();
    const agent = { podUid: 'agent-pod-node1-1' };
    expect(world.sensing.planFor(agent)?.checks).toEqual([]);
  });
});

describe('a fault that loses a part', () => {
  it.each([2, 5, 8])('in a small cluster names the node, not all of them (seed %i)', async (seed) => {
    const world = createWorld(healthyCluster(3), { seed });
    const random = seededRandom(seed);
    await world.run(60_000);
    world.setNetwork((path) => {
      if (path.kind === 'node') return 'ok';
      const from = path.from.node;
      const to = targetNode({ path } as never) ?? (random() < 0.5 ? 'node1' : 'node2');
      const crosses = from !== to && [from, to].includes('node2');
      return crosses && random() < 0.2 ? 'timeout' : 'ok';
    });
    expect(await world.untilOpen(60_000)).not.toBeNull();
    expect(world.memory.incidents().map(({ title }) => title)).toEqual([
      expect.stringMatching(/^Pods on node2 lose \d+ % of their traffic$/),
    ]);
  });

  it.each([0.07, 0.2])(
    'of %f is one incident of its node within 2 min, and over only after a calm',
    async (loss) => {
      const world = createWorld(healthyCluster(5), { seed: 3 });
      const random = seededRandom(42);
      await world.run(40_000);
      world.setNetwork((path) => {
        const to = targetNode({ path } as never);
        const crosses =
          path.kind === 'pod' && path.from.node !== to && [path.from.node, to].includes('node4');
        return crosses && random() < loss ? 'timeout' : 'ok';
      });
      expect(await world.untilOpen(120_000)).not.toBeNull();
      await world.run(120_000);
      const incidents = world.memory.incidents();
      expect(incidents.map(({ scopeKey }) => scopeKey)).toEqual(['node:node4']);
      expect(incidents[0]?.title).toMatch(/^Pods on node4 lose \d+ % of their traffic$/);
      expect(world.memory.events('inc-1').map(({ body }) => body.type)).not.toContain('recovered');
      world.setNetwork(() => 'ok');
      await world.run(240_000);
      expect(world.memory.incidents().map(({ symptomsGone }) => symptomsGone)).toEqual([true]);
    },
  );
});
