import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type {
  Conversation,
  ConversationMessage,
  FoundMessage,
  PostResult,
} from '../../ports/conversation.ts';
import { callFailure } from './call-outcome.ts';

/** Marks our messages among others of the same app. */
const eventType = 'pathmedic_message';

const Posted = z.object({ channel: z.string().min(1), ts: z.string().min(1) });
const Metadata = z.object({
  event_type: z.literal(eventType),
  event_payload: z.object({ incident: z.string(), key: z.string(), up_to: z.number().int().optional() }),
});
const History = z.object({
  messages: z.array(z.object({ ts: z.string(), metadata: z.unknown() })).default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

const pageSize = 200;
const maxPages = 25;
/**
 * Conversation over the real Web API. One request a call (the client has to be made with `retries: 0` and
 * `rejectRateLimitedCalls`). Needs chat:write, and channels:history (or groups:history) to find a message again.
 */
export function createConversation(client: WebClient, channel: string, log: Logger): Conversation {
  return {
    async post(message, place) {
      const { incidentId, key, threadTs, upTo, broadcast } = place;
      const event_payload = { incident: incidentId, key, ...(upTo === undefined ? {} : { up_to: upTo }) };
      return outcome(
        client.apiCall('chat.postMessage', {
          channel,
          ...content(message),
          metadata: { event_type: eventType, event_payload },
          ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
          ...(threadTs !== undefined && broadcast === true ? { reply_broadcast: true } : {}),
          unfurl_links: false,
          unfurl_media: false,
        }),
      );
    },
    update: (at, message) =>
      // An empty list takes the blocks away; without one, the old blocks would stay above the new text.
      outcome(
        client.apiCall('chat.update', {
          channel: at.channel,
          ts: at.ts,
          ...content(message),
          blocks: message.blocks,
        }),
      ),
    find: (place) => find(client, channel, place),
    async whisper(to, text) {
      const { channel: where, user, threadTs } = to;
      const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
      try {
        await client.apiCall('chat.postEphemeral', { channel: where, user, text, parse: 'none', ...thread });
      } catch (error) {
        log.warn({ user, failure: callFailure(error) }, 'Slack did not take an answer to one person');
      }
    },
  };
}

function content({ text, blocks }: ConversationMessage): Record<string, unknown> {
  return { text, parse: 'none', link_names: false, ...(blocks.length === 0 ? {} : { blocks }) };
}

async function outcome(call: Promise<unknown>): Promise<PostResult> {
  try {
    const posted = Posted.safeParse(await call);
    return posted.success
      ? { ok: true, message: { channel: posted.data.channel, ts: posted.data.ts } }
      : { ok: false, reason: 'ambiguous', detail: 'the answer names no message' };
  } catch (error) {
    return { ok: false, ...callFailure(error) };
  }
}

type Place = Parameters<Conversation['find']>[0];

async function find(
  client: WebClient,
  channel: string,
  place: Place,
): Promise<FoundMessage | null | 'unavailable' | 'not-permitted'> {
  const oldest = (Math.max(0, place.sinceMs) / 1000).toFixed(6);
  const method = place.threadTs === undefined ? 'conversations.history' : 'conversations.replies';
  let cursor = '';
  for (let page = 0; page < maxPages; page += 1) {
    let answer: unknown;
    try {
      answer = await client.apiCall(method, {
        channel,
        ...(place.threadTs === undefined ? {} : { ts: place.threadTs }),
        include_all_metadata: true,
        oldest,
        limit: pageSize,
        ...(cursor === '' ? {} : { cursor }),
      });
    } catch (error) {
      return lookUpFailure(error);
    }
    const parsed = History.safeParse(answer);
    if (!parsed.success) return 'unavailable';
    for (const { ts, metadata } of parsed.data.messages) {
      const found = matching(metadata, place);
      if (found !== null) return { channel, ts, ...found };
    }
    cursor = parsed.data.response_metadata?.next_cursor ?? '';
    if (cursor === '') return null;
  }
  return 'unavailable';
}

function lookUpFailure(error: unknown): null | 'unavailable' | 'not-permitted' {
  const failure = callFailure(error);
  // A thread that is gone holds nothing.
  if (failure.reason === 'gone') return null;
  return failure.reason === 'refused' ? 'not-permitted' : 'unavailable';
}

function matching(metadata: unknown, { incidentId, key }: Place): { upTo?: number } | null {
  const parsed = Metadata.safeParse(metadata);
  if (!parsed.success) return null;
  const { incident, key: itsKey, up_to } = parsed.data.event_payload;
  if (incident !== incidentId || itsKey !== key) return null;
  return up_to === undefined ? {} : { upTo: up_to };
}
