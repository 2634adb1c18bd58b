import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { KeyedProbe } from '@pathmedic/shared/contract/plan.ts';
import { encodeRequest, parseReply } from '../responder/keyed-exchange.ts';
import { attempt } from './attempt.ts';
import { openConnection } from './connection.ts';
import { endOnReply, newRequest } from './keyed-check.ts';
import type { ProbeDeps } from './probe-deps.ts';

/** TCP connect and one keyed exchange. A connection closed without a word is `reset`, detail `closed-early`. */
export function probeTcp(spec: KeyedProbe, deps: ProbeDeps): Promise<ProbeOutcome> {
  return attempt(deps.clock, spec.timeoutMs, (probe) => {
    const request = newRequest(spec, deps.key);
    let received: Buffer = Buffer.alloc(0);
    const socket = openConnection(probe, spec, deps.sourceAddress);
    socket.on('connect', () => {
      probe.reached('send');
      socket.write(encodeRequest(request), () => probe.reached('wait'));
    });
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const parsed = parseReply(received, request);
      if (parsed.ok) {
        endOnReply(probe, spec, parsed.reply);
        return;
      }
      if (parsed.reason === 'incomplete') return;
      probe.reached('identify');
      probe.end('wrong-identity', parsed.reason);
    });
    socket.on('close', () => probe.end('reset', 'closed-early'));
  });
}
