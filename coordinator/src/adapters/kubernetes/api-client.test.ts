import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { createApiClient } from './api-client.ts';
import { createClientNodeTransport, type ClientNodeTransport } from './client-node-transport.ts';
import { mutateObject } from './mutate.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(
  listener: RequestListener,
): Promise<{ url: string; connections: () => number; stop(): Promise<void> }> {
  let connections = 0;
  const server = createServer(listener);
  server.on('connection', () => (connections += 1));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function transportTo(url: string, cluster = 'test'): ClientNodeTransport {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: cluster, server: url, skipTLSVerify: true }],
    users: [{ name: 'user', token: 'secret' }],
    contexts: [{ name: 'context', cluster, user: 'user' }],
    currentContext: 'context',
  });
  return createClientNodeTransport(config, systemClock);
}

const answer =
  (code: number, body: object): RequestListener =>
  (_, response) =>
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const status = (code: number): object => ({
  kind: 'Status',
  code,
  message: `says ${code}`,
  details: { name: 'x' },
});

const write = (url: string, timeoutMs = 5_000) => {
  const api = createApiClient(transportTo(url).send, systemClock);
  return mutateObject(
    { ...api, json: (call) => api.json({ timeoutMs, ...call }) },
    {
      verb: 'patch',
      target: { kind: 'ConfigMap', namespace: 'ns', name: 'x', uid: 'u' },
      patch: [{ op: 'replace', path: '/data/a', value: 'b' }],
    },
    { fieldManager: 'plan', dryRun: false, resourceVersion: '7' },
  );
};

describe('what an answer says about a write', () => {
  test.each([
    [400, 'invalid'],
    [401, 'forbidden'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'conflict'],
    [422, 'invalid'],
    [429, 'throttled'],
    [500, 'ambiguous'],
    [503, 'ambiguous'],
    [504, 'ambiguous'],
  ])('%i is %s', async (code, reason) => {
    const { url } = await serve(answer(code, status(code)));
    const result = await write(url);
    expect(result).toEqual({ ok: false, reason, detail: `${code} says ${code}` });
  });

  test('a 422 that names nothing is a patch that does not apply', async () => {
    const { url } = await serve(answer(422, { ...status(422), details: {} }));
    expect(await write(url)).toMatchObject({ ok: false, reason: 'test-failed' });
  });

  test('success that cannot be read is not success', async () => {
    const { url } = await serve((_, response) => response.end('<html>a proxy</html>'));
    expect(await write(url)).toMatchObject({ ok: false, reason: 'ambiguous' });
  });

  test('silence is ambiguous after the time given', async () => {
    const { url } = await serve(() => undefined);
    expect(await write(url, 50)).toEqual({
      ok: false,
      reason: 'ambiguous',
      detail: 'no answer within 50 ms',
    });
  });

  test('a connection that breaks half-way is ambiguous, and nothing is repeated', async () => {
    let requests = 0;
    const { url } = await serve((request) => {
      requests += 1;
      request.socket.destroy();
    });
    expect(await write(url)).toMatchObject({ ok: false, reason: 'ambiguous' });
    expect(requests).toBe(1);
  });

  test('a connection that was never made has changed nothing', async () => {
    const gone = await serve(() => undefined);
    await gone.stop();
    expect(await write(gone.url)).toMatchObject({
      ok: false,
      reason: 'throttled',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('the write carries the guards, the plan as field manager and the token', async () => {
    let seen: { url: string; authorization: string; body: string } | undefined;
    const { url } = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        seen = { url: request.url ?? '', authorization: request.headers.authorization ?? '', body };
        response.end(JSON.stringify({ metadata: { resourceVersion: '8', generation: 3 } }));
      });
    });
    expect(await write(url)).toEqual({ ok: true, resourceVersion: '8', generation: 3 });
    expect(seen?.authorization).toBe('Bearer secret');
    expect(seen?.url).toContain('fieldManager=plan');
    expect(JSON.parse(seen?.body ?? '')).toEqual([
      { op: 'test', path: '/metadata/uid', value: 'u' },
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'replace', path: '/data/a', value: 'b' },
    ]);
  });
});

describe('the transport', () => {
  test('keeps its connection from one request to the next', async () => {
    const { url, connections } = await serve(answer(200, {}));
    const api = createApiClient(transportTo(url).send, systemClock);
    for (let i = 0; i < 10; i += 1) await api.json({ method: 'GET', path: '/api' });
    // The pool may open a second one before the first is free again; never one a request.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  test('takes a learned address when the Service does not work, without repeating the request', async () => {
    const dead = await serve(() => undefined);
    const alive = await serve(answer(200, { alive: true }));
    await dead.stop();
    const transport = transportTo(dead.url, 'inCluster');
    const api = createApiClient(transport.send, systemClock);
    transport.learn([alive.url]);
    expect(await api.json({ method: 'GET', path: '/api' })).toMatchObject({ type: 'no-answer', sent: false });
    expect(await api.json({ method: 'GET', path: '/api' })).toMatchObject({
      type: 'ok',
      value: { alive: true },
    });
    expect(transport.server()).toBe(alive.url);
  });

  test('ignores addresses from inside the cluster when it is outside', async () => {
    const transport = transportTo('http://127.0.0.1:1');
    transport.learn(['http://127.0.0.2:1']);
    await createApiClient(transport.send, systemClock).json({ method: 'GET', path: '/api' });
    expect(transport.server()).toBe('http://127.0.0.1:1');
  });
});
