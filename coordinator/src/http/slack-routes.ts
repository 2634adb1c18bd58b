import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { verifySlackSignature } from '../auth/slack-signature.ts';
import { apiError } from './errors.ts';
import type { HttpDeps } from './http-deps.ts';

/** Slack's signed requests. The body stays bytes until the signature over it holds. */
export async function addSlackRoutes(
  server: FastifyInstance,
  deps: { clock: Clock; slack: NonNullable<HttpDeps['slack']> },
): Promise<void> {
  const { signingSecret, onSlackRequest } = deps.slack;
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const kind of ['interactions', 'events'] as const) {
      // Slack's own limit is far below; 429 would make it drop clicks, so the signature alone is the gate.
      const options = { config: { access: 'slack', rateLimit: false as const }, bodyLimit: 256 * 1024 };
      scope.post(`/v1/slack/${kind}`, options, async (request, reply) => {
        const body = signedBody(request, signingSecret, deps.clock.nowMs());
        const contentType = request.headers['content-type'] ?? '';
        const answer = await onSlackRequest({ kind, contentType, body });
        void reply.code(answer.status);
        return answer.body === null ? reply.send() : reply.type('application/json').send(answer.body);
      });
    }
  });
}

function signedBody(request: FastifyRequest, signingSecret: string, nowMs: number): Buffer {
  const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const verdict = verifySlackSignature({
    signingSecret,
    timestamp: headerText(request, 'x-slack-request-timestamp'),
    signature: headerText(request, 'x-slack-signature'),
    rawBody,
    nowMs,
  });
  if (!verdict.ok) throw apiError('SLACK_SIGNATURE', { detail: verdict.reason });
  return rawBody;
}

function headerText(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
