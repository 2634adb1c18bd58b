import type { FastifyRequest } from 'fastify';
import type { Authorize } from '@pathmedic/shared/runtime/http-access.ts';
import type { AttemptLimiter } from '../auth/attempt-limiter.ts';
import { judgeSameSite } from '../auth/same-site.ts';
import type { Sessions } from '../auth/session.ts';
import type { PersonCaller } from './caller.ts';
import { setCaller } from './caller.ts';
import { clientAddress } from './client-address.ts';
import { apiError } from './errors.ts';
import type { HttpDeps } from './http-deps.ts';

/** Kinds of callers that a route may declare besides `open`. */
export type Access = 'person' | 'approver' | 'agent' | 'slack';

type AccessDeps = Pick<HttpDeps, 'clock' | 'principals' | 'agentAuth' | 'publicUrl' | 'trustProxy'> & {
  sessions: Sessions;
  attempts: AttemptLimiter;
};

/** One authorizer a kind of caller; each throws an error of the table, or remembers who it is. */
export function createAuthorizers(deps: AccessDeps): Record<Access, Authorize> {
  const person = (request: FastifyRequest): PersonCaller => {
    const caller = identifyPerson(deps, request);
    setCaller(request, caller);
    return caller;
  };
  return {
    person: (request) => void person(request),
    approver(request) {
      const { principal } = person(request);
      if (!principal.roles.includes('approver')) throw apiError('NOT_AN_APPROVER');
    },
    agent: (request) => authorizeAgent(deps, request),
    // The signature is over the body, which has not been read yet: `slack-routes.ts` checks it before its handlers.
    slack(request) {
      const { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp } = request.headers;
      if (typeof signature !== 'string' || typeof timestamp !== 'string') throw apiError('SLACK_SIGNATURE');
    },
  };
}

function bearerToken(request: FastifyRequest): string | null {
  const match = /^Bearer ([\x21-\x7E]{1,8192})$/.exec(request.headers.authorization ?? '');
  return match?.[1] ?? null;
}

function identifyPerson(deps: AccessDeps, request: FastifyRequest): PersonCaller {
  const nowMs = deps.clock.nowMs();
  if (request.headers.authorization !== undefined) return identifyByToken(deps, request, nowMs);
  const session = deps.sessions.read(request.headers.cookie, nowMs);
  if (session === null) throw apiError('SESSION_OVER');
  if (request.method !== 'GET') {
    const verdict = judgeSameSite(request.headers, new URL(deps.publicUrl).origin);
    if (!verdict.ok) throw apiError('CROSS_SITE', { detail: verdict.reason });
  }
  const { principal, expiresAtMs } = session;
  return { type: 'person', principal, via: 'console', expiresAtMs };
}

function identifyByToken(deps: AccessDeps, request: FastifyRequest, nowMs: number): PersonCaller {
  const principal = tokenOwner(
    deps,
    clientAddress(request, deps.trustProxy),
    bearerToken(request) ?? '',
    nowMs,
  );
  return { type: 'person', principal, via: 'cli', expiresAtMs: null };
}

/** The principal of a console token. Counts wrong ones by address; throws WRONG_TOKEN or TOO_MANY_LOGINS. */
export function tokenOwner(
  deps: Pick<AccessDeps, 'principals' | 'attempts'>,
  address: string,
  token: string,
  nowMs: number,
): PersonCaller['principal'] {
  const waitMs = deps.attempts.waitMs(address, nowMs);
  if (waitMs > 0) {
    throw apiError('TOO_MANY_LOGINS', { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } });
  }
  const principal = deps.principals.byConsoleToken(token);
  if (principal !== null) return principal;
  deps.attempts.failed(address, nowMs);
  throw apiError('WRONG_TOKEN');
}

async function authorizeAgent(deps: AccessDeps, request: FastifyRequest): Promise<void> {
  const token = bearerToken(request);
  if (token === null) throw apiError('AGENT_TOKEN_REFUSED', { detail: 'no bearer token' });
  const result = await deps.agentAuth.authenticate(token, deps.clock.nowMs());
  if (result.ok) {
    setCaller(request, { type: 'agent', agent: result.agent });
    return;
  }
  const { detail } = result;
  switch (result.reason) {
    case 'invalid':
    case 'wrong-audience':
      throw apiError('AGENT_TOKEN_REFUSED', { detail });
    case 'not-an-agent':
    case 'no-pod':
      throw apiError('NOT_AN_AGENT', { detail });
    case 'no-node':
    case 'unavailable':
      throw apiError('AGENT_REVIEW_UNAVAILABLE', { detail, headers: { 'retry-after': '5' } });
  }
}
