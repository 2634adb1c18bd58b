import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Problem } from '../contract/problem.ts';
import { defineErrors } from './errors.ts';
import { httpError, parseRequest } from './http-errors.ts';
import { createHttpServer } from './http-server.ts';
import type { HttpServerOptions } from './http-server.ts';
import { silentLogger } from './logger.ts';
import { createRegistry, registerProcessMetrics } from './metrics.ts';

const servers: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function serverUnderTest(change: Partial<HttpServerOptions> = {}) {
  const server = createHttpServer({
    logger: silentLogger(),
    readiness: () => ({ ok: true }),
    openRoutes: ['GET /open'],
    authorize: {
      agent(request) {
        if (request.headers.authorization !== 'Bearer agent') throw httpError('UNAUTHENTICATED');
      },
    },
    ...change,
  });
  servers.push(server);
  return server;
}

const reply = () => ({ fine: true });

test('a route that does not say who may call it cannot exist', () => {
  expect(() => serverUnderTest().get('/v1/x', reply)).toThrow(/GET \/v1\/x does not declare/);
});

test('an open route has to be on the pinned list, by method and path', () => {
  expect(() => serverUnderTest().get('/open', { config: { access: 'open' } }, reply)).not.toThrow();
  expect(() => serverUnderTest().post('/open', { config: { access: 'open' } }, reply)).toThrow(
    /POST \/open is not on/,
  );
  expect(() => serverUnderTest().get('/other', { config: { access: 'open' } }, reply)).toThrow(
    /not on the list/,
  );
});

test('a kind of caller that nobody can check cannot be declared', () => {
  for (const access of ['admin', 'toString', '__proto__']) {
    expect(() => serverUnderTest().get('/v1/x', { config: { access } }, reply)).toThrow(/no authorizer/);
  }
});

test('routes of plugins are held to the same rule', async () => {
  const server = serverUnderTest();
  server.register(async (scope) => {
    scope.get('/v1/inner', reply);
  });
  await expect(server.ready()).rejects.toThrow(/does not declare/);
});

test('the declared authorizer runs before anything else, also before the body is read', async () => {
  const server = serverUnderTest();
  server.post('/v1/reports', { config: { access: 'agent' } }, reply);
  const post = (authorization: string, payload: string) =>
    server.inject({
      method: 'POST',
      url: '/v1/reports',
      headers: { authorization, 'content-type': 'application/json' },
      payload,
    });
  expect((await post('Bearer agent', '{}')).statusCode).toBe(200);
  expect((await post('Bearer other', 'not json')).statusCode).toBe(401);
});

test('every error is a problem document with a code of the table', async () => {
  const error = defineErrors({ PLAN_TAKEN: { status: 409, title: 'The plan is taken' } });
  const server = serverUnderTest({
    openRoutes: ['GET /taken', 'GET /broken', 'POST /body'],
    bodyLimitBytes: 100,
  });
  const config = { access: 'open' };
  server.get('/taken', { config }, () => {
    throw error('PLAN_TAKEN', {
      detail: 'by executor-1',
      headers: { 'retry-after': '3' },
      extensions: { holder: 'x' },
    });
  });
  server.get('/broken', { config }, () => {
    throw new Error('password=hunter2');
  });
  server.post('/body', { config }, (request) => parseRequest(z.object({ name: z.string() }), request.body));
  const problem = async (
    method: 'GET' | 'POST',
    url: string,
    payload?: string,
    type = 'application/json',
  ) => {
    const headers = payload === undefined ? {} : { 'content-type': type };
    const response = await server.inject({
      method,
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.body).not.toContain('hunter2');
    const body = Problem.parse(response.json());
    expect(body.status).toBe(response.statusCode);
    return { code: body.code, response };
  };
  const taken = await problem('GET', '/taken');
  expect(taken.response.headers['retry-after']).toBe('3');
  expect(taken.response.json()).toMatchObject({ code: 'PLAN_TAKEN', detail: 'by executor-1', holder: 'x' });
  expect((await problem('GET', '/broken')).code).toBe('INTERNAL');
  expect((await problem('GET', '/nowhere')).code).toBe('NOT_FOUND');
  expect((await problem('GET', '/%ff')).code).toBe('INVALID_REQUEST');
  expect((await problem('POST', '/body', '{')).code).toBe('INVALID_REQUEST');
  expect((await problem('POST', '/body', '<x/>', 'text/xml')).code).toBe('UNSUPPORTED_MEDIA_TYPE');
  expect((await problem('POST', '/body', JSON.stringify({ name: 'x'.repeat(200) }))).code).toBe(
    'BODY_TOO_LARGE',
  );
  const invalid = await problem('POST', '/body', '{"name":1}');
  expect(invalid.response.json()).toMatchObject({
    code: 'INVALID_REQUEST',
    detail: expect.stringMatching(/^name:/),
  });
});

test('health is local, and metrics are those of the registry given', async () => {
  let ready = false;
  const registry = createRegistry();
  registerProcessMetrics({ registry, version: '1.2.3', service: 'test' });
  const server = serverUnderTest({
    registry,
    readiness: () => (ready ? { ok: true } : { ok: false, reason: 'still reading the cluster' }),
  });
  expect((await server.inject('/livez')).statusCode).toBe(200);
  expect((await server.inject('/readyz')).json()).toMatchObject({
    status: 503,
    detail: 'still reading the cluster',
  });
  ready = true;
  expect((await server.inject('/readyz')).statusCode).toBe(200);
  expect((await server.inject('/metrics')).body).toMatch(
    /pathmedic_build_info\{service="test",version="1.2.3"/,
  );
  registry.clear();
});

test("each response has an id of its own making, not the caller's", async () => {
  const response = await serverUnderTest().inject({ url: '/livez', headers: { 'x-request-id': 'chosen' } });
  expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});
