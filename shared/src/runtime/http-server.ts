import { randomUUID } from 'node:crypto';
import fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { AppError, problemOf } from './errors.ts';
import type { AccessRules } from './http-access.ts';
import { assertRouteAccess, enforceAccess } from './http-access.ts';
import { httpError, httpErrorForStatus } from './http-errors.ts';
import type { Logger } from './logger.ts';

/** Whether this process can take traffic; depends on this process only, never on its dependencies. */
export type Readiness = { ok: true } | { ok: false; reason: string };

export interface HttpServerOptions extends AccessRules {
  logger: Logger;
  readiness: () => Readiness;
  /** Served at GET /metrics when given. */
  registry?: Registry;
  /** Who may read /metrics; `open` unless given. */
  metricsAccess?: string;
  /** 64 KiB unless given; a route may set its own `bodyLimit`. */
  bodyLimitBytes?: number;
  /** Bound on receiving a whole request. 10 s unless given. */
  requestTimeoutMs?: number;
}

/** Routes that every server has and anybody may call. */
const ownOpenRoutes = ['GET /livez', 'GET /readyz'];

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500;
  return httpErrorForStatus(status, error);
}

/**
 * The HTTP server both services stand on: problem+json errors, request ids, limits, /livez, /readyz, /metrics.
 * A route cannot be registered without `config: { access }`; `open` ones must be on the caller's pinned list.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const metricsAccess = options.metricsAccess ?? 'open';
  const rules: AccessRules = {
    authorize: options.authorize,
    openRoutes: [
      ...ownOpenRoutes,
      ...(metricsAccess === 'open' ? ['GET /metrics'] : []),
      ...options.openRoutes,
    ],
  };
  const loggerInstance: FastifyBaseLogger = options.logger;
  const server = fastify({
    loggerInstance,
    // One line a request is written below, at debug: reports alone are hundreds of requests a second.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: options.bodyLimitBytes ?? 64 * 1024,
    requestTimeout: options.requestTimeoutMs ?? 10_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    frameworkErrors: (error, _request, reply) => {
      const known = toAppError(error);
      reply.hijack();
      reply.raw.writeHead(known.status, { 'content-type': 'application/problem+json' });
      reply.raw.end(JSON.stringify(problemOf(known)));
    },
  });

  server.addHook('onRoute', (route) => assertRouteAccess(rules, route));
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    await enforceAccess(rules, request, reply);
  });
  server.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });

  server.setErrorHandler((error, request, reply) => {
    const known = toAppError(error);
    // 503 is how a healthy process sheds load: not worth a stack trace.
    if (known.status >= 500 && known.status !== 503) {
      request.log.error({ err: error, code: known.code }, 'request failed');
    }
    for (const [name, value] of Object.entries(known.headers)) reply.header(name, value);
    return reply.code(known.status).type('application/problem+json').send(problemOf(known));
  });
  server.setNotFoundHandler(() => {
    throw httpError('NOT_FOUND');
  });

  server.get('/livez', { config: { access: 'open' } }, () => ({ status: 'ok' }));
  server.get('/readyz', { config: { access: 'open' } }, () => {
    const readiness = options.readiness();
    if (!readiness.ok) throw httpError('UNAVAILABLE', { detail: readiness.reason });
    return { status: 'ok' };
  });
  const { registry } = options;
  if (registry !== undefined) {
    server.get('/metrics', { config: { access: metricsAccess } }, async (_request, reply) =>
      reply.type(registry.contentType).send(await registry.metrics()),
    );
  }
  return server;
}
