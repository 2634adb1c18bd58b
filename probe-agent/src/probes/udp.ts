import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { KeyedProbe } from '@pathmedic/shared/contract/plan.ts';
import { encodeRequest, parseReply } from '../responder/keyed-exchange.ts';
import type { Attempt } from './attempt.ts';
import { attempt } from './attempt.ts';
import { endOnReply, newRequest } from './keyed-check.ts';
import type { ProbeDeps } from './probe-deps.ts';

/**
 * Sends one datagram from a socket of its own and hands every datagram of that peer to `receive`. The socket is
 * connected: an unconnected one never learns of an ICMP error.
 */
export function exchangeDatagram(
  probe: Attempt,
  target: { address: string; port: number },
  sourceAddress: string | null,
  message: Uint8Array,
  receive: (datagram: Buffer) => void,
): void {
  const socket = createSocket(isIPv6(target.address) ? 'udp6' : 'udp4');
  probe.cleanup(() => socket.close());
  socket.on('error', (error) => probe.fail(error));
  socket.on('message', receive);
  const send = (): void => {
    if (probe.over()) return;
    probe.reached('send');
    socket.send(message, (error) => {
      if (error) probe.fail(error);
      else probe.reached('wait');
    });
  };
  const connect = (): void => {
    if (probe.over()) return;
    socket.connect(target.port, target.address, (error?: Error) => (error ? probe.fail(error) : send()));
  };
  if (sourceAddress === null) connect();
  else socket.bind({ address: sourceAddress, port: 0 }, connect);
}

/** One keyed exchange over UDP; datagrams that are not its reply are not believed. */
export function probeUdp(spec: KeyedProbe, deps: ProbeDeps): Promise<ProbeOutcome> {
  return attempt(deps.clock, spec.timeoutMs, (probe) => {
    const request = newRequest(spec, deps.key);
    exchangeDatagram(probe, spec, deps.sourceAddress, encodeRequest(request), (datagram) => {
      const parsed = parseReply(datagram, request);
      if (parsed.ok) endOnReply(probe, spec, parsed.reply);
      else probe.suspect('wrong-identity', parsed.reason);
    });
  });
}
