import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { answer } from './answer.ts';
import type { AnswerDeps, RefusalReason } from './answer.ts';
import { requestBytes } from './keyed-exchange.ts';

const idleTimeoutMs = 5_000;
const maxConnections = 512;

/** One keyed exchange a connection; anything else is closed without a word. */
export function createTcpResponder(deps: AnswerDeps, onRefused: (reason: RefusalReason) => void): Server {
  const server = createServer({ noDelay: true }, (socket) => serve(socket, deps, onRefused));
  server.maxConnections = maxConnections;
  return server;
}

function serve(socket: Socket, deps: AnswerDeps, onRefused: (reason: RefusalReason) => void): void {
  const sourceAddress = socket.remoteAddress ?? '';
  const chunks: Buffer[] = [];
  let received = 0;
  socket.setTimeout(idleTimeoutMs, () => socket.destroy());
  // A prober that gives up or a scanner that resets is not this side's problem.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    received += chunk.length;
    if (received < requestBytes) return;
    socket.removeAllListeners('data');
    const result = answer(deps, Buffer.concat(chunks), sourceAddress);
    if (result.ok) {
      socket.end(result.reply);
      return;
    }
    onRefused(result.reason);
    socket.destroy();
  });
}
