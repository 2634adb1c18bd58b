import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { answer } from './answer.ts';
import type { AnswerDeps, RefusalReason } from './answer.ts';
import { requestBytes } from './keyed-exchange.ts';

/** The only path: fixed here, so that no plan can name another. */
export const probePath = '/pathmedic/probe';

const maxConnections = 512;

/** The keyed exchange as one HTTP POST; any other request has its connection closed. */
export function createHttpResponder(deps: AnswerDeps, onRefused: (reason: RefusalReason) => void): Server {
  const server = createServer(
    {
      requestTimeout: 5_000,
      headersTimeout: 5_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 4_096,
    },
    (request, response) => serve(request, response, deps, onRefused),
  );
  server.keepAliveTimeout = 1;
  server.maxConnections = maxConnections;
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  deps: AnswerDeps,
  onRefused: (reason: RefusalReason) => void,
): void {
  if (
    request.method !== 'POST' ||
    request.url !== probePath ||
    request.headers['content-length'] !== String(requestBytes)
  ) {
    onRefused('not-a-request');
    request.socket.destroy();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('error', () => request.socket.destroy());
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const result = answer(deps, Buffer.concat(chunks), request.socket.remoteAddress ?? '');
    if (!result.ok) {
      onRefused(result.reason);
      request.socket.destroy();
      return;
    }
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': result.reply.length,
      connection: 'close',
    });
    response.end(result.reply);
  });
}
