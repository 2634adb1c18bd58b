import { createHttpServer } from '@pathmedic/shared/runtime/http-server.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { Registry } from 'prom-client';

/** /metrics, /livez and /readyz on a listener of their own: no secrets there, and nothing of it on the API's port. */
export async function startMetricsServer(options: {
  host: string;
  port: number;
  logger: Logger;
  registry: Registry;
}): Promise<{ close(): Promise<void> }> {
  const server = createHttpServer({
    logger: options.logger,
    registry: options.registry,
    readiness: () => ({ ok: true }),
    openRoutes: [],
    authorize: {},
  });
  await server.listen({ host: options.host, port: options.port });
  return { close: () => server.close() };
}
