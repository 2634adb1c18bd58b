import type { PostedMessage } from './incident-store.ts';

/** One Slack message: fallback text and Block Kit blocks, rendered by messages/. */
export interface ConversationMessage {
  text: string;
  blocks: readonly Block[];
}

/** A Block Kit block; the shape is checked by Slack (and by the stand-in in test). */
export type Block = { type: string } & Record<string, unknown>;

export type PostResult =
  | { ok: true; message: PostedMessage }
  | { ok: false; reason: 'rate-limited'; retryAfterMs: number }
  /** Slack did not take it and never will as it is (invalid blocks, wrong channel or scope). */
  | { ok: false; reason: 'refused'; detail: string }
  /** The message to update, or the root to reply to, is not there any more. */
  | { ok: false; reason: 'gone'; detail: string }
  /** No or no clear answer: it may have been posted. Look it up before posting again. */
  | { ok: false; reason: 'ambiguous'; detail: string };

/** A message found again; `upTo` as it was posted with. */
export interface FoundMessage extends PostedMessage {
  upTo?: number;
}

/** The channel in which incidents are told. One request a call, no retries inside. */
export interface Conversation {
  post(
    message: ConversationMessage,
    place: {
      threadTs?: string;
      key: string;
      incidentId: string;
      /** Last outbox position that a message for several items covers; kept in its metadata. */
      upTo?: number;
      /** A reply that the channel sees too. */
      broadcast?: boolean;
    },
  ): Promise<PostResult>;
  update(at: PostedMessage, message: ConversationMessage): Promise<PostResult>;
  /**
   * Finds a message by the metadata it was posted with; null when it is certainly not there. `unavailable`: no answer
   * now, ask again. `not-permitted`: the token may not read the channel, so it cannot be known.
   */
  find(place: {
    threadTs?: string;
    key: string;
    incidentId: string;
    sinceMs: number;
  }): Promise<FoundMessage | null | 'unavailable' | 'not-permitted'>;
  /** Shown only to that user; best effort. */
  whisper(to: { channel: string; user: string; threadTs?: string }, text: string): Promise<void>;
}

/** A click on a button, verified (signature or socket) and parsed; not yet authorised. */
export interface Click {
  /** Unique per delivery of a click; a replay has the same. */
  id: string;
  team: string;
  user: string;
  userName: string;
  channel: string;
  messageTs: string;
  threadTs: string | null;
  action: 'approve' | 'reject' | 'take-over' | 'need-help';
  /** Proposal id or incident id. */
  value: string;
}

/** A thread reply written by a person. */
export interface Reply {
  team: string;
  user: string;
  channel: string;
  threadTs: string;
  text: string;
}
