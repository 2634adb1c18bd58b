import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer } from 'node:net';
import type { Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { silentLogger } from '@pathmedic/shared/runtime/logger.ts';
import { selfSigned } from '../../test/support/self-signed.ts';
import { createAddressMemory } from './address-memory.ts';
import { createCoordinatorClient } from './client.ts';
import type { CoordinatorClient, CoordinatorClientOptions } from './client.ts';

const closers: (() => void)[] = [];
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pathmedic-client-'));
  writeFileSync(join(directory, 'token'), 'the-token\n');
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
  rmSync(directory, { recursive: true, force: true });
});

function clientUnderTest(change: Partial<CoordinatorClientOptions>): CoordinatorClient {
  const client = createCoordinatorClient({
    clock: systemClock,
    random: () => 0,
    logger: silentLogger(),
    sources: { configured: [], serviceEnv: null },
    memory: createAddressMemory(null),
    tokenFile: join(directory, 'token'),
    caFile: null,
    tlsServerName: null,
    sourceAddress: null,
    timeoutMs: 500,
    ...change,
  });
  closers.push(() => client.close());
  return client;
}

async function listen(server: Server | NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

async function startHttp(serve: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createHttpServer(serve))}`;
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(JSON.stringify(body));
  };
const get = { method: 'GET', path: '/v1/plan' } as const;

test.each([
  [200, { planVersion: 'v1' }, {}, { kind: 'ok', json: { planVersion: 'v1' } }],
  [304, {}, {}, { kind: 'ok', status: 304, json: null }],
  [503, {}, { 'retry-after': '7' }, { kind: 'shed', afterMs: 7_000 }],
  [429, {}, {}, { kind: 'shed', afterMs: 1_000 }],
  [401, { code: 'UNAUTHENTICATED' }, {}, { kind: 'unauthorized', code: 'UNAUTHENTICATED' }],
  [413, { code: 'BODY_TOO_LARGE' }, {}, { kind: 'rejected', status: 413, code: 'BODY_TOO_LARGE' }],
  [500, { code: 'INTERNAL' }, {}, { kind: 'unreachable', reason: 'answered 500 INTERNAL' }],
  [
    421,
    { leader: null },
    {},
    { kind: 'unreachable', reason: expect.stringContaining('no reachable leader') },
  ],
])('status %i is understood', async (status, body, headers, expected) => {
  const url = await startHttp(answering(status, body, headers));
  const client = clientUnderTest({ sources: { configured: [url], serviceEnv: null } });
  expect(await client.call(get)).toMatchObject(expected);
});

test('a way that does not answer is passed over for one that does, which is then tried first', async () => {
  let asked = 0;
  const silent = await startHttp(() => (asked += 1));
  const url = await startHttp(answering(200, {}));
  const client = clientUnderTest({ sources: { configured: [silent], serviceEnv: url } });
  expect((await client.call(get)).kind).toBe('ok');
  expect((await client.call(get)).kind).toBe('ok');
  expect(asked).toBe(1);
  expect(client.current()?.source).toBe('service-env');
});

test('where only small packets pass, a report arrives nevertheless, and the next ones at once', async () => {
  const bodies: string[] = [];
  const url = await startHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      answering(200, {})(request, response);
    });
  });
  let stalled = 0;
  const network = createServer((socket) => {
    const onward = connect(Number(new URL(url).port), '127.0.0.1');
    let blocked = false;
    socket.on('error', () => {}).on('close', () => onward.destroy());
    onward.on('error', () => {}).on('close', () => socket.destroy());
    onward.on('data', (chunk) => socket.write(chunk));
    // What arrives at once came in one packet, or in several at once.
    socket.on('data', (chunk) => {
      if (!blocked && chunk.length > 1_200) stalled += 1;
      blocked ||= chunk.length > 1_200;
      if (!blocked) onward.write(chunk);
    });
  });
  const way = `http://127.0.0.1:${await listen(network)}`;
  const client = clientUnderTest({ sources: { configured: [way], serviceEnv: null } });
  const body = { text: 'ä'.repeat(5_000) };
  expect((await client.call({ method: 'POST', path: '/v1/reports', body })).kind).toBe('ok');
  expect(stalled).toBe(1);
  expect((await client.call({ method: 'POST', path: '/v1/reports', body })).kind).toBe('ok');
  expect(stalled).toBe(1);
  expect(bodies.map((text): unknown => JSON.parse(text))).toEqual([body, body]);
});

test('replicas that name each other as leader are not followed in a circle', async () => {
  let asked = 0;
  const urls: string[] = [];
  const serve =
    (other: number): RequestListener =>
    (request, response) => {
      asked += 1;
      answering(421, { leader: urls[other] })(request, response);
    };
  urls.push(await startHttp(serve(1)), await startHttp(serve(0)));
  const client = clientUnderTest({ sources: { configured: urls.slice(0, 1), serviceEnv: null } });
  expect((await client.call(get)).kind).toBe('unreachable');
  expect(asked).toBeLessThanOrEqual(3);
});

test('an endless answer is cut off', async () => {
  const url = await startHttp((_request, response) => {
    const more = (): void => void response.write(Buffer.alloc(1 << 20), more);
    response.on('error', () => {});
    more();
  });
  const client = clientUnderTest({ sources: { configured: [url], serviceEnv: null }, timeoutMs: 5_000 });
  expect(await client.call(get)).toMatchObject({
    kind: 'unreachable',
    reason: expect.stringContaining('answer too large'),
  });
});

test('without a token nothing is sent', async () => {
  let asked = 0;
  const url = await startHttp(() => (asked += 1));
  const client = clientUnderTest({
    sources: { configured: [url], serviceEnv: null },
    tokenFile: join(directory, 'absent'),
  });
  expect((await client.call(get)).kind).toBe('unreachable');
  expect(asked).toBe(0);
});

test('the address behind a name is remembered over restarts, and works when the name no longer does', async () => {
  const path = join(directory, 'addresses.json');
  const hosts: (string | undefined)[] = [];
  const port = new URL(
    await startHttp((request, response) => {
      hosts.push(request.headers.host);
      answering(200, {})(request, response);
    }),
  ).port;
  const named = `http://localhost:${port}`;
  const sources = { configured: [named], serviceEnv: null };
  await clientUnderTest({ sources, memory: createAddressMemory(path) }).call(get);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual([{ url: named, address: '127.0.0.1' }]);

  const gone = `http://coordinator.invalid:${port}`;
  writeFileSync(path, JSON.stringify([{ url: gone, address: '127.0.0.1' }]));
  const after = clientUnderTest({
    sources: { configured: [gone], serviceEnv: null },
    memory: createAddressMemory(path),
  });
  expect((await after.call(get)).kind).toBe('ok');
  expect(after.current()?.source).toBe('cached');
  expect(hosts.at(-1)).toBe(`coordinator.invalid:${port}`);
});

test('a leader is found by the address that it told when its Service no longer leads there', async () => {
  let broken = false;
  const own = await startHttp(answering(200, {}));
  const service = await startHttp((request, response) => {
    if (broken) request.socket.destroy();
    else answering(200, {}, { 'pathmedic-leader': own })(request, response);
  });
  const client = clientUnderTest({ sources: { configured: [], serviceEnv: service } });
  expect((await client.call(get)).kind).toBe('ok');
  broken = true;
  expect((await client.call(get)).kind).toBe('ok');
  expect(client.current()).toMatchObject({ source: 'direct', url: own });
});

test('an address is not taken from a refusal, nor one under another scheme', async () => {
  let broken = false;
  const own = await startHttp(answering(200, {}));
  for (const [status, told] of [
    [403, own],
    [200, own.replace('http:', 'ftp:')],
    [200, 'http://elsewhere.invalid:80'],
  ] as const) {
    broken = false;
    const service = await startHttp((request, response) => {
      if (broken) request.socket.destroy();
      else answering(status, {}, { 'pathmedic-leader': told })(request, response);
    });
    const client = clientUnderTest({ sources: { configured: [], serviceEnv: service } });
    await client.call(get);
    broken = true;
    expect((await client.call(get)).kind).toBe('unreachable');
  }
});

describe('under TLS', () => {
  const name = 'pathmedic-coordinator.pathmedic.svc';
  const own = selfSigned(name);

  async function startHttps(serve: RequestListener = answering(200, {})): Promise<string> {
    const server = createHttpsServer({ cert: own.certificate, key: own.key }, serve);
    return `https://127.0.0.1:${await listen(server)}`;
  }
  const client = (url: string, ca: string, tlsServerName: string | null): CoordinatorClient => {
    writeFileSync(join(directory, 'ca.crt'), ca);
    const caFile = join(directory, 'ca.crt');
    return clientUnderTest({ sources: { configured: [url], serviceEnv: null }, caFile, tlsServerName });
  };

  test('an address is good when the certificate has the expected name', async () => {
    expect((await client(await startHttps(), own.certificate, name).call(get)).kind).toBe('ok');
  });

  test('another name, no expected name, or another CA is refused', async () => {
    const url = await startHttps();
    const mismatch = { kind: 'unreachable', reason: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') };
    expect(await client(url, own.certificate, 'somebody.else').call(get)).toMatchObject(mismatch);
    expect(await client(url, own.certificate, null).call(get)).toMatchObject(mismatch);
    expect((await client(url, selfSigned(name).certificate, name).call(get)).kind).toBe('unreachable');
  });

  test('a leader named under another scheme is not followed: the token stays where it was meant to go', async () => {
    let asked = 0;
    const plain = await startHttp((request, response) => {
      asked += 1;
      answering(200, {})(request, response);
    });
    const url = await startHttps(answering(421, { leader: plain }));
    expect((await client(url, own.certificate, name).call(get)).kind).toBe('unreachable');
    expect(asked).toBe(0);
  });

  test('a rotated CA is used without a restart', async () => {
    const url = await startHttps();
    const running = client(url, selfSigned(name).certificate, name);
    expect((await running.call(get)).kind).toBe('unreachable');
    writeFileSync(join(directory, 'ca.crt'), own.certificate);
    expect((await running.call(get)).kind).toBe('ok');
  });
});
