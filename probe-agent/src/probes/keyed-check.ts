import { createHash, randomBytes } from 'node:crypto';
import type { KeyedProbe, ProbeKey } from '@pathmedic/shared/contract/plan.ts';
import { nonceBytes } from '../responder/keyed-exchange.ts';
import type { KeyedReply, KeyedRequest } from '../responder/keyed-exchange.ts';
import type { Attempt } from './attempt.ts';

/** A new request for this path; the flow number is the same for every probe of the path. */
export function newRequest(spec: KeyedProbe, key: ProbeKey): KeyedRequest {
  const flow = createHash('sha256').update(spec.pathId).digest().readUInt32BE(0);
  return { nonce: randomBytes(nonceBytes), flow, key };
}

/** Ends the probe on an authentic reply: `ok`, or `wrong-identity` when another pod answered than the one expected. */
export function endOnReply(probe: Attempt, spec: KeyedProbe, reply: KeyedReply): void {
  probe.reached('identify');
  if (spec.expect === null || spec.expect.podUid === reply.identity.podUid) {
    probe.end('ok');
    return;
  }
  const { node, mode, podUid } = reply.identity;
  probe.end('wrong-identity', `answered by ${mode} ${podUid} on ${node}`);
}
