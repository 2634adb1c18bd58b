import { z } from 'zod';
import type { Incoming } from './incoming.ts';

/** A request from Slack whose signature holds; the shape of the HTTP layer's `SlackRequest`. */
export interface SignedRequest {
  kind: 'interactions' | 'events';
  contentType: string;
  body: Buffer;
}

const Challenge = z.object({ type: z.literal('url_verification'), challenge: z.string().max(500) });

/**
 * Answers at once, as Slack gives 3 s and shows a warning afterwards; the work is done behind the answer.
 * Malformed bodies are answered with 400.
 */
export function createHttpInteractions(incoming: Pick<Incoming, 'accept'>) {
  return (request: SignedRequest): Promise<{ status: number; body: unknown }> => {
    const payload = readBody(request);
    if (payload === undefined) return Promise.resolve({ status: 400, body: null });
    const challenge = Challenge.safeParse(payload);
    if (challenge.success)
      return Promise.resolve({ status: 200, body: { challenge: challenge.data.challenge } });
    incoming.accept(payload);
    return Promise.resolve({ status: 200, body: null });
  };
}

/** Interactions come as JSON inside a form, events as JSON. */
function readBody({ kind, body }: SignedRequest): unknown {
  const text = body.toString('utf8');
  const json = kind === 'interactions' ? new URLSearchParams(text).get('payload') : text;
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}
