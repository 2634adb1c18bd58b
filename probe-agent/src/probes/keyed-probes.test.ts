import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { KeyedProbe } from '@pathmedic/shared/contract/plan.ts';
import { probeDeps } from '../../test/support/probe-deps.ts';
import { testKey } from '../../test/support/test-key.ts';
import { createResponder } from '../responder/responder.ts';
import { probe } from './prober.ts';

const target = '127.0.0.31';
const source = '127.0.0.32';
const deps = probeDeps(source);
const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function spec(protocol: KeyedProbe['protocol'], port: number, podUid: string | null = 'uid-b'): KeyedProbe {
  return {
    pathId: `pod|${protocol}|a/pod|b/pod`,
    address: target,
    port,
    intervalMs: 1_000,
    timeoutMs: 150,
    protocol,
    expect: podUid === null ? null : { podUid },
  };
}

async function startResponder() {
  const responder = createResponder({
    identity: { node: 'node-b', mode: 'pod', podUid: 'uid-b' },
    keys: () => [testKey],
    address: target,
    ports: { tcp: 0, udp: 0, http: 0, restricted: 0 },
  });
  closers.push(() => responder.stop());
  return responder.start();
}

async function startTcp(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, target);
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, target);
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

async function startUdp(reply: (message: Buffer) => Buffer | null): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const answer = reply(message);
    if (answer !== null) socket.send(answer, from.port, from.address);
  });
  socket.bind(0, target);
  await once(socket, 'listening');
  closers.push(() => void socket.close());
  return socket.address().port;
}

test.each(['tcp', 'http', 'udp'] as const)('%s: the expected responder is ok', async (protocol) => {
  const ports = await startResponder();
  const outcome = await probe(spec(protocol, ports[protocol]), deps);
  expect(outcome).toMatchObject({ kind: 'ok', phase: 'done' });
  expect(outcome.rttSeconds).toBeGreaterThan(0);
  expect(outcome.rttSeconds).toBeLessThan(0.15);
});

test.each(['tcp', 'http', 'udp'] as const)(
  '%s: another pod at the address is wrong-identity',
  async (protocol) => {
    const ports = await startResponder();
    const outcome = await probe(spec(protocol, ports[protocol], 'uid-of-a-pod-that-is-gone'), deps);
    expect(outcome).toMatchObject({
      kind: 'wrong-identity',
      phase: 'identify',
      detail: 'answered by pod uid-b on node-b',
    });
  },
);

test.each(['tcp', 'http', 'udp'] as const)(
  '%s: a path to any backend takes any responder',
  async (protocol) => {
    const ports = await startResponder();
    expect((await probe(spec(protocol, ports[protocol], null), deps)).kind).toBe('ok');
  },
);

test.each(['tcp', 'http', 'udp'] as const)('%s: a closed port is refused', async (protocol) => {
  const outcome = await probe(spec(protocol, await freeTcpPort()), deps);
  expect(outcome).toMatchObject({ kind: 'refused', detail: 'ECONNREFUSED' });
});

test.each(['tcp', 'http'] as const)(
  '%s: a peer that accepts and says nothing is a timeout while waiting',
  async (protocol) => {
    const port = await startTcp(() => {});
    const outcome = await probe(spec(protocol, port), deps);
    expect(outcome).toMatchObject({ kind: 'timeout', phase: 'wait' });
    expect(outcome.rttSeconds).toBeGreaterThanOrEqual(0.149);
  },
);

test('udp: no answer is a timeout while waiting', async () => {
  const port = await startUdp(() => null);
  expect(await probe(spec('udp', port), deps)).toMatchObject({ kind: 'timeout', phase: 'wait' });
});

test.each(['tcp', 'http'] as const)('%s: a reset after the connect is reset', async (protocol) => {
  const port = await startTcp((socket) => socket.on('data', () => socket.resetAndDestroy()));
  expect(await probe(spec(protocol, port), deps)).toMatchObject({ kind: 'reset', detail: 'ECONNRESET' });
});

test('tcp: a peer that hangs up without a word is reset, not a timeout', async () => {
  const port = await startTcp((socket) => socket.on('data', () => socket.end()));
  expect(await probe(spec('tcp', port), deps)).toMatchObject({ kind: 'reset', detail: 'closed-early' });
});

test('something else on the port is wrong-identity on every protocol, and its words are not repeated', async () => {
  const port = await startTcp((socket) => socket.on('data', () => socket.write('SSH-2.0-secret-banner\r\n')));
  const udpPort = await startUdp((message) => message);
  const outcomes = await Promise.all([
    probe(spec('tcp', port), deps),
    probe(spec('http', port), deps),
    probe(spec('udp', udpPort), deps),
  ]);
  for (const outcome of outcomes) {
    expect(outcome.kind).toBe('wrong-identity');
    expect(outcome.detail).not.toContain('secret');
  }
});

test('http: an error of a proxy in between is wrong-identity with its status', async () => {
  const port = await startTcp((socket) =>
    socket.on('data', () => socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n')),
  );
  expect(await probe(spec('http', port), deps)).toMatchObject({ kind: 'wrong-identity', detail: 'http 503' });
});

test('a source address that this machine does not have is a local error, not the network', async () => {
  const ports = await startResponder();
  for (const protocol of ['tcp', 'udp', 'http'] as const) {
    const outcome = await probe(spec(protocol, ports[protocol]), { ...deps, sourceAddress: '192.0.2.1' });
    expect(outcome).toMatchObject({ kind: 'local-error', detail: 'EADDRNOTAVAIL' });
  }
});

test('each probe has a source port of its own and comes from the configured address', async () => {
  const sources = new Set<string>();
  const port = await startTcp((socket) => {
    sources.add(`${socket.remoteAddress}:${socket.remotePort}`);
    socket.destroy();
  });
  await Promise.all([1, 2, 3].map(() => probe(spec('tcp', port), deps)));
  expect(sources.size).toBe(3);
  expect([...sources].every((entry) => entry.startsWith(`${source}:`))).toBe(true);
});
