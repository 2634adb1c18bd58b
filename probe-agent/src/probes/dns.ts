import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { DnsProbe } from '@pathmedic/shared/contract/plan.ts';
import type { Attempt } from './attempt.ts';
import { attempt } from './attempt.ts';
import { openConnection } from './connection.ts';
import { judgeAnswer, newQuestion } from './dns-message.ts';
import type { DnsQuestion } from './dns-message.ts';
import type { ProbeDeps } from './probe-deps.ts';
import { exchangeDatagram } from './udp.ts';

/** One DNS question to one server address, over UDP or TCP (RFC 1035, RFC 7766), never through the resolver. */
export function probeDns(spec: DnsProbe, deps: ProbeDeps): Promise<ProbeOutcome> {
  return attempt(deps.clock, spec.timeoutMs, (probe) => {
    const question = newQuestion(spec);
    if (spec.transport === 'udp') {
      exchangeDatagram(probe, spec, deps.sourceAddress, question.message, (datagram) =>
        endOnAnswer(probe, spec, question, datagram),
      );
    } else {
      exchangeOverTcp(probe, spec, deps, question);
    }
  });
}

function endOnAnswer(probe: Attempt, spec: DnsProbe, question: DnsQuestion, message: Buffer): void {
  const verdict = judgeAnswer(question, spec.expect, message);
  if (verdict.kind === 'not-ours') {
    // Over UDP a late answer to somebody else's question is possible; the right one may still come.
    if (spec.transport === 'udp') probe.suspect('wrong-identity', verdict.detail);
    else probe.end('wrong-identity', verdict.detail);
    return;
  }
  probe.reached('identify');
  probe.end(verdict.kind, verdict.detail);
}

function exchangeOverTcp(probe: Attempt, spec: DnsProbe, deps: ProbeDeps, question: DnsQuestion): void {
  let received: Buffer = Buffer.alloc(0);
  const socket = openConnection(probe, spec, deps.sourceAddress);
  socket.on('connect', () => {
    probe.reached('send');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(question.message.length);
    socket.write(Buffer.concat([length, question.message]), () => probe.reached('wait'));
  });
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2) return;
    const length = received.readUInt16BE(0);
    if (received.length < 2 + length) return;
    endOnAnswer(probe, spec, question, received.subarray(2, 2 + length));
  });
  socket.on('close', () => probe.end('reset', 'closed-early'));
}
