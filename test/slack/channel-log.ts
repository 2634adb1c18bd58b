import type { Block } from './block-kit/block.ts';
import type { ChangeFeed } from './change-feed.ts';
import { mentionsIn } from './mention.ts';
import type { Author, EphemeralMessage, Message, MessageMetadata } from './message.ts';

export interface NewMessage {
  readonly channelId: string;
  readonly author: Author;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly metadata: MessageMetadata | undefined;
  readonly threadTs: string | undefined;
  readonly unfurl: Message['unfurl'];
}

export interface NewContent {
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly metadata: MessageMetadata | undefined;
  /** Who edits, and whether Slack shows "(edited)". */
  readonly editorId: string;
  readonly marked: boolean;
}

/** Every message of every channel, and the ephemeral ones. */
export interface ChannelLog {
  post(message: NewMessage): Message;
  edit(channelId: string, ts: string, content: NewContent): Message;
  remove(channelId: string, ts: string): boolean;
  postEphemeral(message: Omit<EphemeralMessage, 'ts' | 'atMs'>): EphemeralMessage;
  removeEphemeral(ts: string): boolean;
  find(channelId: string, ts: string): Message | undefined;
  /** All messages of a channel, roots and replies, oldest first. */
  all(channelId: string): readonly Message[];
  /** The root and its replies, oldest first; empty without such a root. */
  thread(channelId: string, rootTs: string): readonly Message[];
  ephemerals(userId?: string): readonly EphemeralMessage[];
}

export function createChannelLog(nowMs: () => number, feed: ChangeFeed): ChannelLog {
  const channels = new Map<string, Map<string, Message>>();
  const lastMicros = new Map<string, number>();
  let ephemerals: readonly EphemeralMessage[] = [];

  const inChannel = (channelId: string): Map<string, Message> => {
    const known = channels.get(channelId) ?? new Map<string, Message>();
    channels.set(channelId, known);
    return known;
  };

  const nextTs = (channelId: string): string => {
    const micros = Math.max(Math.floor(nowMs() * 1000), (lastMicros.get(channelId) ?? 0) + 1);
    lastMicros.set(channelId, micros);
    const seconds = Math.floor(micros / 1_000_000);
    return `${seconds}.${String(micros % 1_000_000).padStart(6, '0')}`;
  };

  return {
    post(message) {
      const content = {
        text: message.text,
        blocks: message.blocks,
        metadata: message.metadata,
        atMs: nowMs(),
      };
      const posted: Message = {
        ...message,
        ...content,
        ts: nextTs(message.channelId),
        edit: undefined,
        mentions: mentionsIn(message.text, message.blocks),
        revisions: [content],
      };
      inChannel(message.channelId).set(posted.ts, posted);
      feed.changed();
      return posted;
    },
    edit(channelId, ts, { text, blocks, metadata, editorId, marked }) {
      const known = inChannel(channelId).get(ts);
      if (!known) throw new Error(`no message ${ts} in ${channelId}`);
      const content = { text, blocks, metadata, atMs: nowMs() };
      const edited: Message = {
        ...known,
        ...content,
        edit: { userId: editorId, ts: nextTs(channelId), marked: marked || known.edit?.marked === true },
        mentions: mentionsIn(text, blocks),
        revisions: [...known.revisions, content],
      };
      inChannel(channelId).set(ts, edited);
      feed.changed();
      return edited;
    },
    remove(channelId, ts) {
      const removed = inChannel(channelId).delete(ts);
      if (removed) feed.changed();
      return removed;
    },
    postEphemeral(message) {
      const posted = { ...message, ts: nextTs(message.channelId), atMs: nowMs() };
      ephemerals = [...ephemerals, posted];
      feed.changed();
      return posted;
    },
    removeEphemeral(ts) {
      const before = ephemerals.length;
      ephemerals = ephemerals.filter((message) => message.ts !== ts);
      if (ephemerals.length < before) feed.changed();
      return ephemerals.length < before;
    },
    find: (channelId, ts) => inChannel(channelId).get(ts),
    all: (channelId) => [...inChannel(channelId).values()],
    thread(channelId, rootTs) {
      const root = inChannel(channelId).get(rootTs);
      if (!root || root.threadTs !== undefined) return [];
      return [root, ...[...inChannel(channelId).values()].filter(({ threadTs }) => threadTs === rootTs)];
    },
    ephemerals: (userId) =>
      userId === undefined ? ephemerals : ephemerals.filter((message) => message.userId === userId),
  };
}
