import type { FastifyInstance } from 'fastify';
import { PauseRequest } from '@pathmedic/shared/contract/console-requests.ts';
import type { PauseView } from '@pathmedic/shared/contract/console.ts';
import { parseRequest } from '@pathmedic/shared/runtime/http-errors.ts';
import { visibleText } from '../messages/visible-text.ts';
import type { Pause } from '../ports/incident-store.ts';
import { personOf } from './caller.ts';
import { apiError } from './errors.ts';
import type { HttpDeps } from './http-deps.ts';

/** The global pause: everybody may see it, approvers may set and lift it. */
export function addPauseRoutes(server: FastifyInstance, deps: Pick<HttpDeps, 'pause'>): void {
  server.get('/v1/pause', { config: { access: 'person' } }, async () => pauseView(await deps.pause.read()));

  server.put('/v1/pause', { config: { access: 'approver' } }, async (request) => {
    const { reason } = parseRequest(PauseRequest, request.body);
    const { name } = personOf(request).principal;
    request.log.warn({ principal: name, reason }, 'remediation paused');
    return pauseView(await deps.pause.set(reason, name));
  });

  server.delete('/v1/pause', { config: { access: 'approver' } }, async (request) => {
    const { name } = personOf(request).principal;
    const lifted = await deps.pause.lift(name);
    if (!lifted.ok) throw apiError('PAUSE_NOT_LIFTED', { detail: lifted.detail });
    request.log.warn({ principal: name }, 'remediation pause lifted');
    return pauseView({ paused: false });
  });
}

/** The pause as the console shows it. */
export function pauseView(pause: Pause): PauseView {
  if (!pause.paused) return { paused: false };
  const { reason, by, sinceMs } = pause;
  return { paused: true, reason: visibleText(reason), by: visibleText(by), sinceMs };
}
