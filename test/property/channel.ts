import type { Conversation, ConversationMessage } from '@pathmedic/coordinator/ports/conversation.ts';
import type { PostedMessage } from '@pathmedic/coordinator/ports/incident-store.ts';

/** A message of the channel with the metadata it was posted with. */
export interface ChannelMessage {
  at: PostedMessage;
  threadTs: string | null;
  incidentId: string;
  key: string;
  content: ConversationMessage;
}

/** A channel as Slack keeps it: it takes everything it is sent, also twice. Losing and delaying is done around it. */
export interface Channel {
  conversation: Conversation;
  messages(): readonly ChannelMessage[];
}

export function createChannel(nowMs: () => number): Channel {
  const messages: ChannelMessage[] = [];
  let posted = 0;
  const conversation: Conversation = {
    async post(content, { threadTs, key, incidentId }) {
      posted += 1;
      const at = {
        channel: 'C0PROPERTY',
        ts: `${Math.floor(nowMs() / 1000)}.${String(posted).padStart(6, '0')}`,
      };
      messages.push({ at, threadTs: threadTs ?? null, incidentId, key, content });
      return { ok: true, message: at };
    },
    async update(at, content) {
      const found = messages.find((m) => m.at.ts === at.ts);
      if (found === undefined) return { ok: false, reason: 'refused', detail: 'message_not_found' };
      found.content = content;
      return { ok: true, message: at };
    },
    async find({ key, incidentId }) {
      return messages.find((m) => m.key === key && m.incidentId === incidentId)?.at ?? null;
    },
    async whisper() {
      // Shown to one person only; nothing depends on it.
    },
  };
  return { conversation, messages: () => messages };
}
