import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { answer } from './answer.ts';
import type { AnswerDeps, RefusalReason } from './answer.ts';
import { paddedTo } from './keyed-exchange.ts';
import { createNonceMemory } from './nonce-memory.ts';

/** Nonces of sized requests that are remembered: at a few a minute and peer, those of many minutes. */
const nonceCapacity = 4_096;

/**
 * One datagram in, at most one datagram out; silence for anything that is not authentic. The reply is no longer than
 * the request, but for a sized request, which says how long it is to be, at most `maxDatagramBytes`. Whoever overheard
 * one gets nothing for repeating it from a forged source: each is answered once.
 */
export function createUdpResponder(
  family: 'udp4' | 'udp6',
  deps: AnswerDeps,
  maxDatagramBytes: () => number,
  onRefused: (reason: RefusalReason) => void,
): Socket {
  const fresh = createNonceMemory(nonceCapacity);
  // A v6 wildcard socket also takes IPv4, which a dual-stack pod needs.
  const socket = createSocket({ type: family, ipv6Only: false });
  socket.on('message', (message, source) => {
    const result = answer(deps, message, source.address);
    if (!result.ok) {
      onRefused(result.reason);
      return;
    }
    const { reply, request, sizes } = result;
    if (sizes === null && reply.length > message.length) return;
    if (sizes !== null && !fresh(request.nonce)) {
      onRefused('replayed');
      return;
    }
    const datagram = sizes === null ? reply : paddedTo(reply, Math.min(sizes.replyBytes, maxDatagramBytes()));
    socket.send(datagram, source.port, source.address, () => {
      // The prober notices a lost reply itself; there is nobody else to tell.
    });
  });
  return socket;
}
