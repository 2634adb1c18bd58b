import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { MtuProbe } from '@pathmedic/shared/contract/plan.ts';
import { encodeRequest, maxReplyBytes, paddedTo, parseReply } from '../responder/keyed-exchange.ts';
import type { ExchangeSizes, KeyedReply } from '../responder/keyed-exchange.ts';
import type { Attempt } from './attempt.ts';
import { attempt } from './attempt.ts';
import { openConnection } from './connection.ts';
import { endOnReply, newRequest } from './keyed-check.ts';
import type { ProbeDeps } from './probe-deps.ts';
import { exchangeDatagram } from './udp.ts';

/** The reply's field for the size that arrived ends here. */
const largestSizeSeen = 0xffff;

/**
 * One keyed exchange of the given sizes, with a 5-tuple of its own (a path MTU that the kernel has learned would hide
 * what is lost). Over UDP the sizes are of the payload; a responder whose interface sends less replies with less.
 */
export async function exchangeSized(
  spec: MtuProbe,
  deps: ProbeDeps,
  sizes: ExchangeSizes,
  timeoutMs: number,
): Promise<ProbeOutcome> {
  const outcome = await attempt(deps.clock, timeoutMs, (probe) => {
    if (spec.transport === 'udp') overUdp(probe, spec, deps, sizes);
    else overTcp(probe, spec, deps, sizes);
  });
  // A router said that the packet is too large: it did not arrive, and no trouble of this machine is why.
  return outcome.detail === 'EMSGSIZE' ? { ...outcome, kind: 'timeout' } : outcome;
}

function overUdp(probe: Attempt, spec: MtuProbe, deps: ProbeDeps, sizes: ExchangeSizes): void {
  const request = newRequest(spec, deps.key);
  const message = paddedTo(encodeRequest(request, sizes), sizes.requestBytes);
  exchangeDatagram(probe, spec, deps.sourceAddress, message, (datagram) => {
    const parsed = parseReply(datagram, request);
    if (parsed.ok) endOnWhole(probe, spec, sizes, parsed.reply);
    else probe.suspect('wrong-identity', parsed.reason);
  });
}

function overTcp(probe: Attempt, spec: MtuProbe, deps: ProbeDeps, sizes: ExchangeSizes): void {
  const request = newRequest(spec, deps.key);
  let head: Buffer = Buffer.alloc(0);
  let received = 0;
  const socket = openConnection(probe, spec, deps.sourceAddress);
  socket.on('connect', () => {
    probe.reached('send');
    socket.write(paddedTo(encodeRequest(request, sizes), sizes.requestBytes), () => probe.reached('wait'));
  });
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (head.length < maxReplyBytes) head = Buffer.concat([head, chunk]);
    const parsed = parseReply(head, request);
    if (parsed.ok) {
      if (received >= sizes.replyBytes) endOnWhole(probe, spec, sizes, parsed.reply);
    } else if (parsed.reason !== 'incomplete') probe.end('wrong-identity', parsed.reason);
  });
  socket.on('close', () => probe.end('reset', 'closed-early'));
}

function endOnWhole(probe: Attempt, spec: MtuProbe, sizes: ExchangeSizes, reply: KeyedReply): void {
  if (reply.sizeSeenBytes >= Math.min(sizes.requestBytes, largestSizeSeen)) endOnReply(probe, spec, reply);
  else probe.end('wrong-identity', 'cut-short');
}
