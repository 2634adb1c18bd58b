import type { ResponderIdentity } from '@pathmedic/shared/contract/identity.ts';
import type { ProbeKey } from '@pathmedic/shared/contract/plan.ts';
import { encodeReply, parseRequest } from './keyed-exchange.ts';
import type { SourceCounters } from './source-counters.ts';

export type RefusalReason = 'short' | 'not-a-request' | 'unknown-key' | 'bad-mac';

/** What a responder does with a message: answers an authentic request, and nothing else. */
export type Answer = { ok: true; reply: Buffer } | { ok: false; reason: RefusalReason };

export interface AnswerDeps {
  identity: ResponderIdentity;
  /** Keys accepted at the moment; empty until the first plan. */
  keys: () => readonly ProbeKey[];
  counters: SourceCounters;
}

/** The reply to one message from `sourceAddress`, naming this responder and saying what it has seen of that source. */
export function answer(deps: AnswerDeps, message: Buffer, sourceAddress: string): Answer {
  const parsed = parseRequest(message, deps.keys());
  if (!parsed.ok) return parsed;
  const requestsSeen = deps.counters.count(sourceAddress, parsed.request.flow);
  const reply = encodeReply(parsed.request, {
    identity: deps.identity,
    sizeSeenBytes: message.length,
    requestsSeen,
  });
  return { ok: true, reply };
}
