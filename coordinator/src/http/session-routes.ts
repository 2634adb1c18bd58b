import type { FastifyInstance } from 'fastify';
import { LoginRequest } from '@pathmedic/shared/contract/console-requests.ts';
import type { Me } from '@pathmedic/shared/contract/console.ts';
import { parseRequest } from '@pathmedic/shared/runtime/http-errors.ts';
import type { AttemptLimiter } from '../auth/attempt-limiter.ts';
import { judgeSameSite } from '../auth/same-site.ts';
import type { Sessions } from '../auth/session.ts';
import type { Principal } from '../domain/principal.ts';
import { tokenOwner } from './access.ts';
import { personOf } from './caller.ts';
import { clientAddress } from './client-address.ts';
import { apiError } from './errors.ts';
import type { HttpDeps } from './http-deps.ts';

type SessionDeps = Pick<HttpDeps, 'clock' | 'principals' | 'publicUrl' | 'trustProxy' | 'clusterName'> & {
  sessions: Sessions;
  attempts: AttemptLimiter;
};

/** Login with a static token, logout, and who am I. */
export function addSessionRoutes(server: FastifyInstance, deps: SessionDeps): void {
  const { origin } = new URL(deps.publicUrl);

  // Also for login: another site must not log a visitor in as somebody else.
  function assertSameSite(headers: Parameters<typeof judgeSameSite>[0]): void {
    const verdict = judgeSameSite(headers, origin);
    if (!verdict.ok) throw apiError('CROSS_SITE', { detail: verdict.reason });
  }

  server.post('/v1/login', { config: { access: 'open' }, bodyLimit: 2048 }, (request, reply) => {
    assertSameSite(request.headers);
    const { token } = parseRequest(LoginRequest, request.body);
    const nowMs = deps.clock.nowMs();
    const principal = tokenOwner(deps, clientAddress(request, deps.trustProxy), token.trim(), nowMs);
    const { cookie, expiresAtMs } = deps.sessions.start(principal, nowMs);
    request.log.info({ principal: principal.name }, 'logged in');
    return reply.header('set-cookie', cookie).send(meOf(deps, principal, expiresAtMs));
  });

  // Open: whoever has no session (any more) may still drop the cookie.
  server.post('/v1/logout', { config: { access: 'open' }, bodyLimit: 2048 }, (request, reply) => {
    assertSameSite(request.headers);
    return reply.header('set-cookie', deps.sessions.end()).code(204).send();
  });

  server.get('/v1/me', { config: { access: 'person' } }, (request): Me => {
    const { principal, expiresAtMs } = personOf(request);
    return meOf(deps, principal, expiresAtMs);
  });
}

function meOf(
  deps: Pick<SessionDeps, 'clusterName' | 'principals'>,
  { name, roles }: Principal,
  expiresAtMs: number | null,
): Me {
  const approvers = deps.principals.approvers.map((other) => `@${other}`).join(', ');
  const why =
    approvers === ''
      ? 'Nobody may approve here: add approvers to the principals file.'
      : `You may look and write, but not decide. Approvers: ${approvers}.`;
  return {
    name,
    roles,
    mayDecide: roles.includes('approver') ? { ok: true } : { ok: false, why },
    cluster: deps.clusterName,
    expiresAtMs,
  };
}
