import type { Block } from './block-kit/block.ts';

/** Application data attached to a message; Slack returns it only where it is asked for. */
export interface MessageMetadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

/** What a message said at one time; edits append. */
export interface MessageContent {
  /** As stored: `&`, `<` and `>` outside control sequences are entities. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly metadata: MessageMetadata | undefined;
  readonly atMs: number;
}

export type Author =
  | { readonly kind: 'app'; readonly userId: string; readonly botId: string; readonly name: string }
  | { readonly kind: 'person'; readonly userId: string };

/** One message in a channel. The readable fields mirror its newest content. */
export interface Message extends MessageContent {
  readonly channelId: string;
  /** Unique in its channel and increasing: `seconds.microseconds`. */
  readonly ts: string;
  /** The root's `ts`, on replies only. */
  readonly threadTs: string | undefined;
  readonly author: Author;
  readonly edit: { readonly userId: string; readonly ts: string; readonly marked: boolean } | undefined;
  readonly unfurl: { readonly links: boolean; readonly media: boolean };
  /** Whom it notifies: `here`, `channel`, `everyone` or user, group ids. */
  readonly mentions: readonly string[];
  /** Every content it had, oldest first; the last one is current. */
  readonly revisions: readonly MessageContent[];
}

/** A message only one person sees; gone when the person reloads, and in no history. */
export interface EphemeralMessage {
  readonly channelId: string;
  readonly ts: string;
  readonly threadTs: string | undefined;
  readonly userId: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly atMs: number;
}
