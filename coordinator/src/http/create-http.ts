import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { httpError } from '@pathmedic/shared/runtime/http-errors.ts';
import { createHttpServer } from '@pathmedic/shared/runtime/http-server.ts';
import { createAttemptLimiter } from '../auth/attempt-limiter.ts';
import { createSessions } from '../auth/session.ts';
import { createAuthorizers } from './access.ts';
import { addAgentRoutes } from './agent-routes.ts';
import { callerOf } from './caller.ts';
import { clientAddress } from './client-address.ts';
import { addConsoleRoutes } from './console-routes.ts';
import { addEventStreamRoutes } from './event-stream-routes.ts';
import type { HttpDeps, HttpLimits } from './http-deps.ts';
import { defaultHttpLimits } from './http-deps.ts';
import { addIncidentRoutes } from './incident-routes.ts';
import { openRoutes } from './open-routes.ts';
import { addOverviewRoutes } from './overview-routes.ts';
import { addPauseRoutes } from './pause-routes.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { addSessionRoutes } from './session-routes.ts';
import { addSlackRoutes } from './slack-routes.ts';
import { translateStoreErrors } from './store-errors.ts';

/** The coordinator's HTTP server: the API, the console, agents and Slack. Not listening yet; `/metrics` has its own listener. */
export async function createHttp(deps: HttpDeps): Promise<FastifyInstance> {
  const limits: HttpLimits = { ...defaultHttpLimits, ...deps.limits };
  const https = deps.publicUrl.startsWith('https:');
  const sessions = createSessions({ sessionKey: deps.sessionKey, secure: https }, deps.principals);
  const attempts = createAttemptLimiter();
  const shared = { ...deps, sessions, attempts };
  const server = createHttpServer({
    logger: deps.logger,
    readiness: deps.readiness,
    authorize: createAuthorizers(shared),
    openRoutes,
  });
  if (deps.onRoute !== undefined) tellRoutes(server, deps.onRoute);
  addSecurityHeaders(server, https);
  // Counts after the authorizer: by person or pod where there is one, by address on the open routes.
  await server.register(rateLimit, {
    global: true,
    timeWindow: 60_000,
    max: limits.personPerMinute,
    cache: 20_000,
    keyGenerator: (request) => limitKey(request, deps.trustProxy),
    errorResponseBuilder: (_request, context) =>
      httpError('TOO_MANY_REQUESTS', { headers: { 'retry-after': String(Math.ceil(context.ttl / 1000)) } }),
  });
  await server.register(async (scope) => {
    translateStoreErrors(scope);
    addAgentRoutes(scope, { ...deps, limits });
    addSessionRoutes(scope, shared);
    addIncidentRoutes(scope, deps);
    addEventStreamRoutes(scope, deps, limits);
    addOverviewRoutes(scope, deps);
    addPauseRoutes(scope, deps);
    addConsoleRoutes(scope, deps.console);
    if (deps.slack !== null) await addSlackRoutes(scope, { clock: deps.clock, slack: deps.slack });
  });
  return server;
}

function tellRoutes(server: FastifyInstance, tell: NonNullable<HttpDeps['onRoute']>): void {
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of Array.isArray(method) ? method : [method]) tell(one, url);
  });
}

function limitKey(request: FastifyRequest, trustProxy: boolean): string {
  const caller = callerOf(request);
  switch (caller?.type) {
    case 'person':
      return `person ${caller.principal.name}`;
    case 'agent':
      return `agent ${caller.agent.podUid}`;
    case undefined:
      return `address ${clientAddress(request, trustProxy)}`;
  }
}
