import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** Where a new connection from `source` goes: to a backend, nowhere without an answer, or refused. */
export type TcpRoute =
  | { type: 'forward'; address: string; port: number }
  | { type: 'drop' }
  | { type: 'reset' };

export interface Listening {
  close(): void;
}

/** A dropped connection is held this long at most; probers give up much earlier. */
const HOLD_MS = 30_000;

function join(client: Socket, backend: Socket): void {
  client.pipe(backend);
  backend.pipe(client);
  const end = (): void => {
    client.destroy();
    backend.destroy();
  };
  for (const socket of [client, backend]) socket.on('error', end).on('close', end);
}

/**
 * Listens on an advertised address and forwards, with the client's own address as the source, so that the backend sees
 * who really asks. The kernel completes TCP handshakes on loopback by itself: a dropped connection is therefore accepted
 * and never answered, which a prober that exchanges a word sees as a timeout.
 */
export function listenTcp(
  address: string,
  port: number,
  route: (source: string) => TcpRoute,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  const server: Server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    track(client);
    client.on('error', () => client.destroy());
    const source = client.remoteAddress ?? '';
    const chosen = route(source);
    if (chosen.type === 'reset') return void client.resetAndDestroy();
    if (chosen.type === 'drop') {
      // Reading is what notices that the prober has given up.
      client.on('end', () => client.destroy()).resume();
      return void client.setTimeout(HOLD_MS, () => client.destroy());
    }
    const backend = connect({
      host: chosen.address,
      port: chosen.port,
      localAddress: source,
      allowHalfOpen: true,
    });
    track(backend);
    backend.once('error', () => client.resetAndDestroy());
    backend.once('connect', () => join(client, backend));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => {
      resolve({
        close() {
          server.close();
          for (const socket of sockets) socket.resetAndDestroy();
        },
      });
    });
  });
}
