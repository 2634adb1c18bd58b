import { createSocket } from 'node:dgram';
import type { Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { MtuProbe } from '@pathmedic/shared/contract/plan.ts';
import { probeDeps } from '../../test/support/probe-deps.ts';
import { testKey } from '../../test/support/test-key.ts';
import { createResponder } from '../responder/responder.ts';
import { probe } from './prober.ts';

const responderAddress = '127.0.0.61';
const networkAddress = '127.0.0.62';
const source = '127.0.0.63';
const udpHeaderBytes = 28;
const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Whether the network carries this packet (payload bytes for UDP, bytes so far for TCP) that way. */
type Carries = (way: 'out' | 'back', bytes: number) => boolean;

async function startResponder() {
  const responder = createResponder({
    identity: { node: 'node-b', mode: 'pod', podUid: 'uid-b' },
    keys: () => [testKey],
    address: responderAddress,
    ports: { tcp: 0, udp: 0, http: 0, restricted: 0 },
    maxDatagramBytes: () => 1500 - udpHeaderBytes,
  });
  closers.push(() => responder.stop());
  return responder.start();
}

/** A network between prober and responder; returns the port where the responder seems to be. */
async function startUdpNetwork(port: number, carries: Carries): Promise<number> {
  const front = createSocket('udp4');
  const flows = new Map<number, DatagramSocket>();
  front.on('message', (message, from) => {
    if (!carries('out', message.length)) return;
    const flow = createSocket('udp4');
    flows.set(from.port, flow);
    flow.on('message', (reply) => {
      if (carries('back', reply.length)) front.send(reply, from.port, from.address);
    });
    flow.send(message, port, responderAddress);
  });
  front.bind(0, networkAddress);
  await once(front, 'listening');
  closers.push(() => {
    front.close();
    for (const flow of flows.values()) flow.close();
  });
  return front.address().port;
}

async function startTcpNetwork(port: number, carries: Carries): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const backend = connect({ host: responderAddress, port });
    const pass = (way: 'out' | 'back', from: Socket, to: Socket): void => {
      let bytes = 0;
      let stalled = false;
      sockets.add(from);
      // After a packet that never arrives, the end of the connection does not arrive either.
      from.on('error', () => {}).on('close', () => stalled || to.destroy());
      from.on('data', (chunk) => {
        bytes += chunk.length;
        stalled ||= !carries(way, bytes);
        if (!stalled) to.write(chunk);
      });
    };
    pass('out', client, backend);
    pass('back', backend, client);
  });
  server.listen(0, networkAddress);
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

async function probeThrough(transport: 'udp' | 'tcp', carries: Carries, times = 1) {
  const ports = await startResponder();
  const seen = { out: 0, back: 0 };
  const counted: Carries = (way, bytes) => {
    seen[way] += 1;
    return carries(way, bytes);
  };
  const start = transport === 'udp' ? startUdpNetwork : startTcpNetwork;
  const spec: MtuProbe = {
    pathId: `mtu|${transport}|a/pod|b/pod`,
    protocol: 'mtu',
    transport,
    address: networkAddress,
    port: await start(ports[transport], counted),
    intervalMs: 15_000,
    timeoutMs: 120,
    expect: { podUid: 'uid-b' },
  };
  const deps = probeDeps(source);
  const outcomes = [];
  const seenAfter: number[] = [];
  for (let n = 0; n < times; n++) {
    outcomes.push(await probe(spec, deps));
    seenAfter.push(seen.out);
  }
  return { outcomes, seen, seenAfter };
}

test.each(['udp', 'tcp'] as const)('%s: a network that carries everything is ok', async (transport) => {
  const { outcomes, seen } = await probeThrough(transport, () => true);
  expect(outcomes).toEqual([{ kind: 'ok', phase: 'done', rttSeconds: expect.any(Number) }]);
  if (transport === 'udp') expect(seen).toEqual({ out: 2, back: 2 });
});

test('udp: packets up to the MTU of the interface are sent and asked for, and none above it', async () => {
  const sizes = { out: 0, back: 0 };
  await probeThrough('udp', (way, bytes) => {
    sizes[way] = Math.max(sizes[way], bytes);
    return true;
  });
  expect(sizes).toEqual({ out: 1500 - udpHeaderBytes, back: 1500 - udpHeaderBytes });
});

test('udp: large packets that vanish are told with their direction and the largest size that passes', async () => {
  const networks: [string, Carries, number][] = [
    ['out', (way, bytes) => way !== 'out' || bytes + udpHeaderBytes <= 1350, 1350],
    ['back', (way, bytes) => way !== 'back' || bytes + udpHeaderBytes <= 1421, 1421],
    ['both', (_, bytes) => bytes + udpHeaderBytes <= 1222, 1222],
  ];
  await Promise.all(
    networks.map(async ([direction, carries, passesBytes]) => {
      const { outcomes } = await probeThrough('udp', carries);
      const sizeLoss = { direction, mtuBytes: 1500, passesBytes };
      expect(outcomes).toMatchObject([{ kind: 'large-lost', detail: direction, sizeLoss }]);
    }),
  );
});

test('udp: a threshold once found is not searched for again within moments', async () => {
  const { outcomes, seenAfter } = await probeThrough('udp', (_way, bytes) => bytes <= 1000, 2);
  expect(outcomes[1]).toEqual({ ...outcomes[0], rttSeconds: expect.any(Number) });
  const [first = 0, both = 0] = seenAfter;
  expect(both - first).toBeLessThan(first / 2);
});

test('tcp: a connection that stalls once it carries more is large-lost, with no size', async () => {
  await Promise.all(
    (['out', 'back'] as const).map(async (direction) => {
      const { outcomes } = await probeThrough('tcp', (way, bytes) => way !== direction || bytes <= 2000);
      const sizeLoss = { direction, mtuBytes: 1500, passesBytes: null };
      expect(outcomes).toMatchObject([{ kind: 'large-lost', sizeLoss }]);
    }),
  );
});

test.each(['udp', 'tcp'] as const)(
  '%s: where small packets vanish too it is a plain timeout',
  async (transport) => {
    const { outcomes } = await probeThrough(transport, () => false);
    expect(outcomes).toMatchObject([{ kind: 'timeout' }]);
    expect(outcomes[0]).not.toHaveProperty('sizeLoss');
  },
);

test('udp: large packets lost now and then are not lost for their size', async () => {
  let lost = 0;
  const { outcomes } = await probeThrough('udp', (way, bytes) => {
    const chance = way === 'out' && bytes > 1000 && lost < 2;
    if (chance) lost += 1;
    return !chance;
  });
  expect(outcomes).toMatchObject([{ kind: 'ok' }]);
  expect(lost).toBe(2);
});
