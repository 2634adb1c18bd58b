import { randomBytes } from 'node:crypto';
import type { KeyedProbe, ProbeKey } from '@pathmedic/shared/contract/plan.ts';
import { nonceBytes } from '../responder/keyed-exchange.ts';
import type { KeyedReply, KeyedRequest } from '../responder/keyed-exchange.ts';
import type { Attempt } from './attempt.ts';

/** Random bytes are drawn for many nonces at once: a draw costs as much as the rest of a request. */
const noncesPerDraw = 64;
let drawn: Buffer = Buffer.alloc(0);

function nextNonce(): Buffer {
  if (drawn.length < nonceBytes) drawn = randomBytes(nonceBytes * noncesPerDraw);
  const nonce = drawn.subarray(0, nonceBytes);
  drawn = drawn.subarray(nonceBytes);
  return nonce;
}

/** A number for the path, the same for each of its probes (FNV-1a). */
function flowOf(pathId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < pathId.length; index++) {
    hash = Math.imul(hash ^ pathId.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** A new request for this path; the flow number is the same for every probe of the path. */
export function newRequest(spec: { pathId: string }, key: ProbeKey): KeyedRequest {
  return { nonce: nextNonce(), flow: flowOf(spec.pathId), key };
}

/** Ends the probe on an authentic reply: `ok`, or `wrong-identity` when another pod answered than the one expected. */
export function endOnReply(probe: Attempt, spec: Pick<KeyedProbe, 'expect'>, reply: KeyedReply): void {
  probe.reached('identify');
  if (spec.expect === null || spec.expect.podUid === reply.identity.podUid) {
    probe.end('ok');
    return;
  }
  const { node, mode, podUid } = reply.identity;
  probe.end('wrong-identity', `answered by ${mode} ${podUid} on ${node}`);
}
