import type { Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { ResponderIdentity } from '@pathmedic/shared/contract/identity.ts';
import type { ProbeKey } from '@pathmedic/shared/contract/plan.ts';
import type { AnswerDeps, RefusalReason } from './answer.ts';
import { createHttpResponder } from './http-responder.ts';
import { payloadBytes } from './packet-size.ts';
import { createSourceCounters } from './source-counters.ts';
import { createTcpResponder } from './tcp-responder.ts';
import { createUdpResponder } from './udp-responder.ts';

const ethernetMtuBytes = 1500;

/** Ports of the responder; 0 lets the kernel choose, `stop` releases them. */
export interface ResponderPorts {
  tcp: number;
  udp: number;
  http: number;
  /** Answers like `tcp`; the port that NetworkPolicies under test close. */
  restricted: number;
}

export interface ResponderOptions {
  identity: ResponderIdentity;
  keys: () => readonly ProbeKey[];
  /** Address to listen on; every address of the machine when null. */
  address: string | null;
  ports: ResponderPorts;
  onRefused?: (reason: RefusalReason) => void;
  /** Largest datagram that a sized request over UDP gets: what the interface sends in one piece (Ethernet's, unless told). */
  maxDatagramBytes?: () => number;
  /** Sources and flows counted at a time. */
  counterCapacity?: number;
}

export interface Responder {
  /** Listens on all ports, or on none and throws. Resolves to the ports in use. */
  start(): Promise<ResponderPorts>;
  stop(): Promise<void>;
  listening(): boolean;
}

/** What other agents probe. */
export function createResponder(options: ResponderOptions): Responder {
  const deps: AnswerDeps = {
    identity: options.identity,
    keys: options.keys,
    counters: createSourceCounters(options.counterCapacity ?? 4_096),
  };
  const onRefused = options.onRefused ?? (() => {});
  const maxDatagramBytes = options.maxDatagramBytes ?? (() => payloadBytes(ethernetMtuBytes, 'ipv6'));
  const closers: (() => Promise<void>)[] = [];
  let listening = false;

  async function listen(server: Server, port: number): Promise<number> {
    const connections = new Set<Socket>();
    server.on('connection', (socket) => {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
    });
    server.listen({ port, ...(options.address === null ? {} : { host: options.address }) });
    await once(server, 'listening');
    // Once it listens, an error is one connection's (no descriptor left to accept it): not a reason to stop answering.
    server.on('error', () => {});
    closers.push(() => closeServer(server, connections));
    const bound = server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : port;
  }

  async function bind(port: number): Promise<number> {
    const socket = await bindUdp(options.address, port, (family) =>
      createUdpResponder(family, deps, maxDatagramBytes, onRefused),
    );
    closers.push(() => closeSocket(socket));
    return socket.address().port;
  }

  async function stop(): Promise<void> {
    listening = false;
    await Promise.all(closers.splice(0).map((close) => close()));
  }

  return {
    async start() {
      try {
        const ports: ResponderPorts = {
          tcp: await listen(createTcpResponder(deps, onRefused), options.ports.tcp),
          udp: await bind(options.ports.udp),
          http: await listen(createHttpResponder(deps, onRefused), options.ports.http),
          restricted: await listen(createTcpResponder(deps, onRefused), options.ports.restricted),
        };
        listening = true;
        return ports;
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    listening: () => listening,
  };
}

async function bindUdp(
  address: string | null,
  port: number,
  create: (family: 'udp4' | 'udp6') => DatagramSocket,
): Promise<DatagramSocket> {
  const attempt = async (family: 'udp4' | 'udp6'): Promise<DatagramSocket> => {
    const socket = create(family);
    socket.bind({ port, ...(address === null ? {} : { address }) });
    await once(socket, 'listening');
    socket.on('error', () => {});
    return socket;
  };
  if (address !== null) return attempt(isIPv6(address) ? 'udp6' : 'udp4');
  // Kernels without IPv6 refuse the dual-stack wildcard socket.
  return attempt('udp6').catch(() => attempt('udp4'));
}

function closeServer(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of connections) socket.destroy();
  });
}

function closeSocket(socket: DatagramSocket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
