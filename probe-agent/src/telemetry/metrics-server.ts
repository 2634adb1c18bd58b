import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

export interface MetricsServerOptions {
  address: string | null;
  port: number;
  registry: Registry;
  ready: () => boolean;
}

export interface MetricsServer {
  /** Resolves to the port in use. */
  start(): Promise<number>;
  stop(): Promise<void>;
}

function text(response: ServerResponse, status: number, body: string, contentType = 'text/plain'): void {
  response.writeHead(status, { 'content-type': contentType, 'x-content-type-options': 'nosniff' });
  response.end(body);
}

/** GET /metrics, /livez and /readyz on Node's own HTTP server: a framework would cost more memory than the agent has. */
export function createMetricsServer(options: MetricsServerOptions): MetricsServer {
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 10_000, maxHeaderSize: 8_192 },
    (request, response) => {
      request.resume();
      if (request.method !== 'GET') return text(response, 405, 'method not allowed\n');
      switch (request.url) {
        case '/livez':
          return text(response, 200, 'ok\n');
        case '/readyz':
          return options.ready()
            ? text(response, 200, 'ok\n')
            : text(response, 503, 'the responder is not listening\n');
        case '/metrics':
          options.registry.metrics().then(
            (body) => text(response, 200, body, options.registry.contentType),
            () => text(response, 500, 'metrics could not be collected\n'),
          );
          return undefined;
        default:
          return text(response, 404, 'not found\n');
      }
    },
  );
  server.maxConnections = 32;
  return {
    async start() {
      server.listen({ port: options.port, ...(options.address === null ? {} : { host: options.address }) });
      await once(server, 'listening');
      const bound = server.address();
      return typeof bound === 'object' && bound !== null ? bound.port : options.port;
    },
    stop: () =>
      new Promise((resolve) => {
        if (!server.listening) {
          resolve();
          return;
        }
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
