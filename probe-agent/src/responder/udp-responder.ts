import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { answer } from './answer.ts';
import type { AnswerDeps, RefusalReason } from './answer.ts';

/** One datagram in, at most one datagram of at most the same size out; silence for anything that is not authentic. */
export function createUdpResponder(
  family: 'udp4' | 'udp6',
  deps: AnswerDeps,
  onRefused: (reason: RefusalReason) => void,
): Socket {
  // A v6 wildcard socket also takes IPv4, which a dual-stack pod needs.
  const socket = createSocket({ type: family, ipv6Only: false });
  socket.on('message', (message, source) => {
    const result = answer(deps, message, source.address);
    if (!result.ok) {
      onRefused(result.reason);
      return;
    }
    if (result.reply.length > message.length) return;
    socket.send(result.reply, source.port, source.address, () => {
      // The prober notices a lost reply itself; there is nobody else to tell.
    });
  });
  return socket;
}
