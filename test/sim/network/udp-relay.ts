import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import type { Listening } from './tcp-relay.ts';

/** Where a datagram from `source` goes: to a backend, or nowhere. */
export type UdpRoute = { type: 'forward'; address: string; port: number } | { type: 'drop' };

/** A flow without traffic is forgotten after this, as conntrack does with unreplied UDP. */
const FLOW_IDLE_MS = 15_000;
const MAX_FLOWS = 2_000;

interface Flow {
  socket: Socket;
  idle: NodeJS.Timeout;
}

/**
 * Forwards datagrams with the client's own address as the source; answers come back from the advertised address.
 * A backend that refuses (ICMP port unreachable) cannot be passed on by a user-space socket: the client then sees silence.
 */
export function listenUdp(
  address: string,
  port: number,
  route: (source: string) => UdpRoute,
): Promise<Listening> {
  const flows = new Map<string, Flow>();
  const front = createSocket('udp4');

  function forget(key: string): void {
    const flow = flows.get(key);
    if (flow === undefined) return;
    flows.delete(key);
    clearTimeout(flow.idle);
    flow.socket.close();
  }

  function open(
    key: string,
    source: { address: string; port: number },
    to: { address: string; port: number },
  ): Flow {
    const socket = createSocket('udp4');
    const flow: Flow = { socket, idle: setTimeout(() => forget(key), FLOW_IDLE_MS) };
    flow.idle.unref();
    socket.on('error', () => forget(key));
    socket.on('message', (message) => front.send(message, source.port, source.address));
    socket.bind({ address: source.address, port: 0 }, () => socket.connect(to.port, to.address));
    flows.set(key, flow);
    return flow;
  }

  front.on('message', (message, source) => {
    const chosen = route(source.address);
    if (chosen.type === 'drop') return;
    const key = `${source.address}:${source.port}>${chosen.address}:${chosen.port}`;
    let flow = flows.get(key);
    if (flow === undefined) {
      if (flows.size >= MAX_FLOWS) forget(flows.keys().next().value ?? '');
      flow = open(key, source, chosen);
      const { socket } = flow;
      socket.once('connect', () => socket.send(message));
    } else {
      flow.idle.refresh();
      const { socket } = flow;
      try {
        socket.send(message);
      } catch {
        // Not connected yet: this datagram is lost, as one may be.
      }
    }
  });
  return new Promise((resolve, reject) => {
    front.once('error', reject);
    front.bind({ address, port }, () => {
      front.off('error', reject).on('error', () => {});
      resolve({
        close() {
          for (const key of flows.keys()) forget(key);
          front.close();
        },
      });
    });
  });
}
