import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { limits } from './limits.ts';
import type { HttpAnswer, HttpCall } from './web-api/http-call.ts';

interface HttpListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly handle: (call: HttpCall) => Promise<HttpAnswer>;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface HttpListener {
  readonly port: number;
  /** Refuses connections from now on and cuts the ones there are. */
  down(): Promise<void>;
  /** Listens again on the same port. */
  up(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    sizeBytes += chunk.length;
    if (sizeBytes > limits.requestSizeBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function callOf(request: IncomingMessage, body: string): HttpCall {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    body,
  };
}

function write(answer: HttpAnswer, response: ServerResponse): void {
  switch (answer.kind) {
    case 'dropped':
      response.socket?.destroy();
      return;
    case 'event-stream': {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
      });
      const close = answer.open((data) => {
        const lines = data.split('\n').map((line) => `data: ${line}\n`);
        response.write(`${lines.join('')}\n`);
      });
      response.on('close', close);
      return;
    }
    case 'answer':
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
      return;
    default:
      answer satisfies never;
  }
}

/** An HTTP server that can go down and come back. @throws when the port is taken */
export async function createHttpListener(options: HttpListenerOptions): Promise<HttpListener> {
  const sockets = new Set<Socket>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    write(await options.handle(callOf(request, body)), response);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A reader that left is no news; anything else is a defect of the stand-in and must show.
      if (!request.destroyed || request.complete) process.stderr.write(`slack stand-in: ${String(error)}\n`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', options.upgrade);

  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });

  await listen(options.port);
  // A TCP server's address is an object; only pipes have a string.
  const { port } = server.address() as AddressInfo;

  return {
    port,
    down: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    up: () => listen(port),
  };
}
