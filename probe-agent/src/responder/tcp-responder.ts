import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { replyTo } from './answer.ts';
import type { AnswerDeps, RefusalReason } from './answer.ts';
import { paddedTo, parseRequest, requestBytes } from './keyed-exchange.ts';
import type { ParsedRequest } from './keyed-exchange.ts';

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
  const head: Buffer[] = [];
  let received = 0;
  let wanted: Extract<ParsedRequest, { ok: true }> | null = null;
  socket.setTimeout(idleTimeoutMs, () => socket.destroy());
  // A prober that gives up or a scanner that resets is not this side's problem.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (wanted === null) {
      head.push(chunk);
      if (received < requestBytes) return;
      const parsed = parseRequest(Buffer.concat(head), deps.keys());
      if (!parsed.ok) {
        socket.removeAllListeners('data');
        onRefused(parsed.reason);
        socket.destroy();
        return;
      }
      wanted = parsed;
    }
    // The padding of a sized request is counted, not kept.
    const { request, sizes } = wanted;
    if (received < (sizes?.requestBytes ?? requestBytes)) return;
    socket.removeAllListeners('data');
    const reply = replyTo(deps, request, sourceAddress, received);
    socket.end(sizes === null ? reply : paddedTo(reply, sizes.replyBytes));
  });
}
