import type { FastifyInstance, FastifyReply } from 'fastify';
import { httpError } from '@pathmedic/shared/runtime/http-errors.ts';
import { z } from 'zod';
import type { ConsoleFiles } from './console-files.ts';
import { apiError } from './errors.ts';

const AssetParams = z.object({ version: z.string().max(64), file: z.string().max(100) });

/** The console's shell and its assets: open, because they hold nothing; what they show comes from the API. */
export function addConsoleRoutes(server: FastifyInstance, console: ConsoleFiles | null): void {
  const shell = (_request: unknown, reply: FastifyReply): FastifyReply => {
    if (console === null) throw apiError('CONSOLE_NOT_BUILT');
    return reply
      .header('cache-control', 'no-cache')
      .header('etag', `"${console.version}"`)
      .type('text/html; charset=utf-8')
      .send(console.index);
  };
  for (const url of ['/', '/incidents/:id', '/login']) {
    server.get(url, { config: { access: 'open' } }, shell);
  }

  server.get('/assets/:version/:file', { config: { access: 'open' } }, (request, reply) => {
    const params = AssetParams.safeParse(request.params);
    const file = params.success ? console?.files.get(params.data.file) : undefined;
    if (console === null || !params.success || file === undefined) throw httpError('NOT_FOUND');
    // Another version may be asked for while replicas are rolled: it gets ours, and keeps it for nobody.
    const own = params.data.version === console.version;
    return reply
      .header('cache-control', own ? 'public, max-age=31536000, immutable' : 'no-cache')
      .type(file.contentType)
      .send(file.body);
  });

  server.get('/favicon.svg', { config: { access: 'open' } }, (_request, reply) => {
    const file = console?.files.get('favicon.svg');
    if (file === undefined) throw httpError('NOT_FOUND');
    return reply.header('cache-control', 'public, max-age=86400').type(file.contentType).send(file.body);
  });
}
