import type { ResponderIdentity } from '@pathmedic/shared/contract/identity.ts';
import type { ProbeKey } from '@pathmedic/shared/contract/plan.ts';
import { encodeReply, parseRequest } from './keyed-exchange.ts';
import type { ExchangeSizes, KeyedRequest } from './keyed-exchange.ts';
import type { SourceCounters } from './source-counters.ts';

export type RefusalReason = 'short' | 'not-a-request' | 'unknown-key' | 'bad-mac' | 'replayed';

/** What a responder does with a message: answers an authentic request, and nothing else. */
export type Answer =
  | { ok: true; reply: Buffer; request: KeyedRequest; sizes: ExchangeSizes | null }
  | { ok: false; reason: RefusalReason };

export interface AnswerDeps {
  identity: ResponderIdentity;
  /** Keys accepted at the moment; empty until the first plan. */
  keys: () => readonly ProbeKey[];
  counters: SourceCounters;
}

/** The reply to one whole message from `sourceAddress`. */
export function answer(deps: AnswerDeps, message: Buffer, sourceAddress: string): Answer {
  const parsed = parseRequest(message, deps.keys());
  if (!parsed.ok) return parsed;
  const { request, sizes } = parsed;
  return { ok: true, request, sizes, reply: replyTo(deps, request, sourceAddress, message.length) };
}

/** The reply to an authentic request, naming this responder and saying what it has seen of that source. */
export function replyTo(
  deps: AnswerDeps,
  request: KeyedRequest,
  sourceAddress: string,
  sizeSeenBytes: number,
): Buffer {
  const requestsSeen = deps.counters.count(sourceAddress, request.flow);
  return encodeReply(request, { identity: deps.identity, sizeSeenBytes, requestsSeen });
}
