import { z } from 'zod';
import type { ChannelLog } from '../channel-log.ts';
import type { IdSource } from '../id-source.ts';
import { limits } from '../limits.ts';
import type { Message } from '../message.ts';
import { SlackCallError } from '../slack-error.ts';
import type { Workspace } from '../workspace.ts';
import { flag, timestamp } from './arguments.ts';
import { readableChannel, visibleChannel, writableChannel } from './channel-access.ts';
import { acceptContent } from './message-content.ts';
import { messageJson } from './message-json.ts';
import { defineMethod, type Method } from './method.ts';

interface ChatDependencies {
  readonly workspace: Workspace;
  readonly log: ChannelLog;
  readonly ids: IdSource;
  /** Where permalinks lead. */
  readonly publicUrl: () => string;
  /** Called after a message of the app itself was posted. */
  readonly onPosted: (message: Message) => void;
}

const content = {
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  link_names: flag.optional(),
  parse: z.enum(['full', 'none']).optional(),
};

/** The root a reply hangs on. @throws SlackCallError `invalid_thread_ts`, `thread_not_found`, ... */
function threadRoot(log: ChannelLog, channelId: string, threadTs: string | undefined): string | undefined {
  if (threadTs === undefined) return undefined;
  if (!timestamp.safeParse(threadTs).success) {
    throw new SlackCallError('invalid_thread_ts', [`${threadTs} is not a valid thread_ts`]);
  }
  const root = log.find(channelId, threadTs);
  if (!root) throw new SlackCallError('thread_not_found');
  if (root.threadTs !== undefined) throw new SlackCallError('cannot_reply_to_message');
  return threadTs;
}

/** Path of a message on the channel page, shaped as Slack's permalinks. */
export function permalinkPath(message: Pick<Message, 'channelId' | 'ts' | 'threadTs'>): string {
  const path = `/archives/${message.channelId}/p${message.ts.replace('.', '')}`;
  return message.threadTs === undefined
    ? path
    : `${path}?thread_ts=${message.threadTs}&cid=${message.channelId}`;
}

/** `chat.postMessage`, `chat.update`, `chat.postEphemeral`, `chat.getPermalink`. */
export function chatMethods({ workspace, log, ids, publicUrl, onPosted }: ChatDependencies): Method[] {
  const { app } = workspace;
  const botAuthor = { kind: 'app', userId: app.botUserId, botId: app.botId, name: app.name } as const;

  const postMessage = defineMethod({
    name: 'chat.postMessage',
    tokenKind: 'bot',
    scope: 'chat:write',
    args: z.strictObject({
      ...content,
      channel: z.string().min(1),
      metadata: z.unknown().optional(),
      thread_ts: z.string().optional(),
      reply_broadcast: flag.optional(),
      mrkdwn: flag.optional(),
      unfurl_links: flag.default(false),
      unfurl_media: flag.default(true),
      username: z.string().optional(),
      icon_emoji: z.string().optional(),
      icon_url: z.string().optional(),
    }),
    run(args, { token }) {
      const channel = writableChannel(workspace, token, args.channel);
      const looks = args.username ?? args.icon_emoji ?? args.icon_url;
      if (looks !== undefined && !token.scopes.includes('chat:write.customize')) {
        const scopes = { needed: 'chat:write.customize', provided: token.scopes.join(',') };
        throw new SlackCallError('missing_scope', [], scopes);
      }
      const accepted = acceptContent(args, limits.postTextCharacters, ids);
      const blocks = accepted.blocks ?? [];
      if (!accepted.text && blocks.length === 0) throw new SlackCallError('no_text');
      const message = log.post({
        channelId: channel.id,
        author: botAuthor,
        text: accepted.text ?? '',
        blocks,
        metadata: accepted.metadata === 'removed' ? undefined : accepted.metadata,
        threadTs: threadRoot(log, channel.id, args.thread_ts),
        unfurl: { links: args.unfurl_links, media: args.unfurl_media },
      });
      onPosted(message);
      const posted = messageJson(message, { workspace, log }, 'with-metadata');
      return { channel: channel.id, ts: message.ts, message: posted };
    },
  });

  const update = defineMethod({
    name: 'chat.update',
    tokenKind: 'bot',
    scope: 'chat:write',
    args: z.strictObject({
      ...content,
      channel: z.string().min(1),
      ts: timestamp,
      metadata: z.unknown().optional(),
      reply_broadcast: flag.optional(),
      unfurl_links: flag.optional(),
      unfurl_media: flag.optional(),
    }),
    run(args) {
      const channel = readableChannel(workspace, args.channel);
      if (channel.isArchived) throw new SlackCallError('is_archived');
      const known = log.find(channel.id, args.ts);
      if (!known) throw new SlackCallError('message_not_found');
      if (known.author.userId !== app.botUserId) throw new SlackCallError('cant_update_message');
      const accepted = acceptContent(args, limits.updateTextCharacters, ids);
      if (accepted.text === undefined && accepted.blocks === undefined) throw new SlackCallError('no_text');
      // Text without blocks replaces the blocks too; anything else that is not given stays.
      const blocks = accepted.blocks ?? (accepted.text === undefined ? known.blocks : []);
      const text = accepted.text ?? known.text;
      if (text === '' && blocks.length === 0) throw new SlackCallError('no_text');
      const metadata = accepted.metadata ?? known.metadata;
      const message = log.edit(channel.id, args.ts, {
        text,
        blocks,
        metadata: metadata === 'removed' ? undefined : metadata,
        editorId: app.botUserId,
        marked: accepted.blocks === undefined,
      });
      const edited = messageJson(message, { workspace, log }, 'with-metadata');
      return { channel: channel.id, ts: message.ts, text: message.text, message: edited };
    },
  });

  const postEphemeral = defineMethod({
    name: 'chat.postEphemeral',
    tokenKind: 'bot',
    scope: 'chat:write',
    args: z.strictObject({
      ...content,
      channel: z.string().min(1),
      user: z.string().min(1),
      thread_ts: z.string().optional(),
    }),
    run(args) {
      const channel = readableChannel(workspace, args.channel);
      if (channel.isArchived) throw new SlackCallError('is_archived');
      if (!workspace.person(args.user)) throw new SlackCallError('user_not_in_channel');
      const accepted = acceptContent(args, limits.postTextCharacters, ids);
      if (!accepted.text && !accepted.blocks?.length) throw new SlackCallError('no_text');
      const message = log.postEphemeral({
        channelId: channel.id,
        userId: args.user,
        text: accepted.text ?? '',
        blocks: accepted.blocks ?? [],
        threadTs: threadRoot(log, channel.id, args.thread_ts),
      });
      return { message_ts: message.ts };
    },
  });

  const getPermalink = defineMethod({
    name: 'chat.getPermalink',
    tokenKind: 'bot',
    scope: undefined,
    args: z.strictObject({ channel: z.string().min(1), message_ts: timestamp }),
    run(args) {
      const channel = visibleChannel(workspace, args.channel);
      const message = log.find(channel.id, args.message_ts);
      if (!message) throw new SlackCallError('message_not_found');
      return { channel: channel.id, permalink: publicUrl() + permalinkPath(message) };
    },
  });

  return [postMessage, update, postEphemeral, getPermalink];
}
