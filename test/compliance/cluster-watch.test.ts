import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { createApiClient } from '@pathmedic/coordinator/adapters/kubernetes/api-client.ts';
import { createClientNodeTransport } from '@pathmedic/coordinator/adapters/kubernetes/client-node-transport.ts';
import {
  createKubernetesCluster,
  type KubernetesCluster,
} from '@pathmedic/coordinator/adapters/kubernetes/cluster.ts';
import { createSimApiServer, type SimApiServer } from '../sim/apiserver/sim-api-server.ts';
import { eventually } from '../support/condition.ts';
import { clockBehind, observe, type ObservedTransport } from './api-under-test.ts';

// What only a server can show that breaks on demand.
describe('the watch under trouble', () => {
  let server: SimApiServer;
  let wire: ObservedTransport;
  let cluster: KubernetesCluster;

  beforeEach(async () => {
    server = createSimApiServer();
    await server.start();
    const token = server.identities.addUser({ username: 'admin', groups: ['system:masters'] });
    wire = observe(createClientNodeTransport(server.kubeConfig(token), systemClock).send);
    cluster = clusterWith({});
  });
  afterEach(async () => {
    await cluster.close();
    await server.stop();
  });

  function clusterWith(over: { watchSeconds?: number; maxEvents?: number }): KubernetesCluster {
    const { maxEvents = 100, ...follow } = over;
    return createKubernetesCluster(createApiClient(wire.send, systemClock), systemClock, {
      clusterName: 'test',
      configMapNamespaces: ['kube-system'],
      events: { maxEvents, maxAgeMs: 3_600_000 },
      follow: { pageSize: 2, backoffMinMs: 5, backoffMaxMs: 50, ...follow },
    });
  }

  function addNode(name: string): void {
    server.system.create('nodes', { metadata: { name } }, 'set-up');
  }
  const nodes = (): string =>
    cluster
      .facts()
      .nodes.map(({ meta }) => meta.name)
      .toSorted()
      .join();
  const nodeWatch = () => cluster.watchStatus().find(({ kind }) => kind === 'nodes');

  async function start(): Promise<void> {
    cluster.start();
    await eventually('everything is listed', () => cluster.synced());
  }

  test('what was deleted while nobody watched is gone after the list that 410 leads to', async () => {
    for (const name of ['a', 'b', 'c']) addNode(name);
    await start();
    expect(nodes()).toBe('a,b,c');
    const shut = server.faults.inject({
      when: ({ resource, verb }) => resource === 'nodes' && verb === 'watch',
      fault: { type: 'status', code: 503 },
    });
    server.endWatches('close');
    await eventually('the watch is refused', () => shut.hits() > 1);
    expect(nodeWatch()).toMatchObject({ state: 'failing', detail: expect.stringContaining('503') });
    expect(nodes(), 'what was known stays known meanwhile').toBe('a,b,c');
    server.system.delete('nodes', { namespace: '', name: 'b' });
    addNode('d');
    server.compact();
    shut.remove();
    await eventually('the list shows it', () => nodes() === 'a,c,d');
    expect(nodeWatch()).toMatchObject({ relists: 1, state: 'watching' });
  });

  test('a list whose pages expire half-way is begun again, and never half taken', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) addNode(name);
    let expired = false;
    wire.meddle = (request) => {
      if (expired || !request.path.includes('/nodes?limit=2&continue=')) return undefined;
      expired = true;
      addNode('f');
      server.compact();
      return undefined;
    };
    await start();
    expect(expired).toBe(true);
    expect(nodes()).toBe('a,b,c,d,e,f');
  });

  test('an API server that restarts is found again, and nothing is missed', async () => {
    addNode('a');
    await start();
    await server.stop();
    addNode('b');
    await eventually('the loss is noticed', () => nodeWatch()?.state === 'failing');
    await server.start();
    await eventually('it catches up', () => nodes() === 'a,b');
    expect(cluster.synced()).toBe(true);
  });

  test('ERROR with 410 in the middle of a watch leads to a list, not to an end', async () => {
    addNode('a');
    await start();
    server.endWatches('expire');
    addNode('b');
    await eventually('it goes on', () => nodes() === 'a,b');
    expect(nodeWatch()?.relists).toBe(1);
  });

  test('a watch that is refused with 410 leads to a list as well', async () => {
    let refused = false;
    wire.meddle = (request) => {
      if (refused || !request.path.includes('/nodes?watch=true')) return undefined;
      refused = true;
      return { status: 410, body: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
    };
    await start();
    await eventually('it lists again', () => nodeWatch()?.relists === 1);
    addNode('a');
    await eventually('and watches', () => nodes() === 'a');
  });

  test('a watch that falls silent is given up, and staleness is unknown until another one lives', async () => {
    const clock = clockBehind(wire);
    cluster = createKubernetesCluster(createApiClient(wire.send, systemClock), clock, {
      clusterName: 'test',
      configMapNamespaces: [],
      staleAfterMs: 40_000,
      follow: { watchSeconds: 60, backoffMinMs: 5, random: () => 0 },
    });
    server.faults.inject({ when: ({ verb }) => verb === 'watch', fault: { type: 'stalled-watch' } });
    cluster.start();
    await eventually('everything is listed', () => cluster.synced());
    await eventually('the watches are open', () => server.openWatchCount() === 9);
    addNode('missed');
    await clock.advanceBy(41_000);
    expect(cluster.synced()).toBe(false);
    expect(cluster.facts().unknown.find(({ what }) => what === 'nodes')?.why).toMatch(
      /last heard of 4\d s ago/,
    );
    server.faults.clear();
    await clock.advanceBy(30_000);
    await eventually('the next watch tells what was missed', async () => {
      await clock.advanceBy(100);
      return nodes() === 'missed';
    });
    expect(cluster.synced()).toBe(true);
  });

  test('events are bounded: the newest stay', async () => {
    server.system.create('namespaces', { metadata: { name: 'default' } }, 'set-up');
    cluster = clusterWith({ maxEvents: 4 });
    const event = (i: number) => ({
      metadata: { name: `e${i}`, namespace: 'default' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
      reason: `R${i}`,
      message: 'login with password=swordfish',
      type: 'Warning',
      lastTimestamp: new Date(Date.now() - 60_000 + i * 1_000).toISOString(),
    });
    for (let i = 0; i < 10; i += 1) server.system.create('events', event(i), 'set-up');
    await start();
    server.system.create('events', event(10), 'set-up');
    const reasons = (): string =>
      cluster
        .facts()
        .events.map(({ reason }) => reason)
        .join();
    await eventually('the newest is there', () => reasons() === 'R7,R8,R9,R10');
    expect(cluster.facts().events[0]?.message).toBe('login with password=[redacted]');
  });

  test('closing ends every watch', async () => {
    await start();
    await eventually('the watches are open', () => server.openWatchCount() === 10);
    await cluster.close();
    await eventually('the watches are closed', () => server.openWatchCount() === 0);
  });
});
