import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Packet } from 'dns-packet';
import { AUTHORITATIVE_ANSWER, decode, encode, RECURSION_DESIRED } from 'dns-packet';
import type { DnsAnswer } from './dns-zone.ts';
import type { Listening } from './tcp-relay.ts';

const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;
/** Recursion available (RFC 1035, section 4.1.1). */
const RECURSION_AVAILABLE = 1 << 7;

export interface DnsServerOptions {
  address: string;
  port: number;
  answer(name: string, type: string): DnsAnswer;
  /** Whether the network lets this client's packet in. */
  allows(source: string, transport: 'TCP' | 'UDP'): boolean;
}

function reply(message: Buffer, options: DnsServerOptions): Buffer | undefined {
  let query: Packet;
  try {
    query = decode(message);
  } catch {
    return undefined;
  }
  const question = query.questions?.[0];
  if (question === undefined || query.type !== 'query') return undefined;
  const answer = options.answer(question.name, question.type);
  const answers =
    answer.rcode === 'NOERROR'
      ? answer.addresses.map((data) => ({
          type: 'A' as const,
          name: question.name,
          ttl: answer.ttlSeconds,
          data,
        }))
      : [];
  const wanted = (query.flags ?? 0) & RECURSION_DESIRED;
  const flags = wanted | RECURSION_AVAILABLE | AUTHORITATIVE_ANSWER | RCODES[answer.rcode];
  return encode({
    type: 'response',
    ...(query.id === undefined ? {} : { id: query.id }),
    flags,
    questions: [question],
    answers,
  });
}

function listenDatagrams(options: DnsServerOptions): Promise<Listening> {
  const socket = createSocket('udp4');
  socket.on('message', (message, source) => {
    if (!options.allows(source.address, 'UDP')) return;
    const answer = reply(message, options);
    if (answer !== undefined) socket.send(answer, source.port, source.address);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: options.address, port: options.port }, () => {
      socket.off('error', reject).on('error', () => {});
      resolve({ close: () => socket.close() });
    });
  });
}

function serveStream(socket: Socket, options: DnsServerOptions): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const length = received.readUInt16BE(0);
      const answer = reply(received.subarray(2, 2 + length), options);
      received = received.subarray(2 + length);
      if (answer === undefined) return void socket.destroy();
      const head = Buffer.alloc(2);
      head.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([head, answer]));
    }
  });
}

function listenStreams(options: DnsServerOptions): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    // A dropped connection is accepted and never answered; see the TCP relay.
    if (options.allows(socket.remoteAddress ?? '', 'TCP')) serveStream(socket, options);
    else socket.resume();
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.address, port: options.port }, () => {
      resolve({
        close() {
          server.close();
          for (const socket of sockets) socket.resetAndDestroy();
        },
      });
    });
  });
}

/** A DNS server on UDP and TCP of one address (RFC 1035, RFC 7766); one question a message. */
export async function startDnsServer(options: DnsServerOptions): Promise<Listening> {
  const datagrams = await listenDatagrams(options);
  const streams = await listenStreams(options).catch((error: unknown) => {
    datagrams.close();
    throw error;
  });
  return {
    close() {
      datagrams.close();
      streams.close();
    },
  };
}
