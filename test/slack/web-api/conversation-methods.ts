import { z } from 'zod';
import type { ChannelLog } from '../channel-log.ts';
import { limits } from '../limits.ts';
import type { Message } from '../message.ts';
import { SlackCallError } from '../slack-error.ts';
import type { Channel, Workspace } from '../workspace.ts';
import { flag, pageSize, timeBound, timestamp } from './arguments.ts';
import { readableChannel, visibleChannel } from './channel-access.ts';
import { messageJson } from './message-json.ts';
import { defineMethod, type Method } from './method.ts';

interface ConversationDependencies {
  readonly workspace: Workspace;
  readonly log: ChannelLog;
}

const timeline = {
  channel: z.string().min(1),
  cursor: z.string().optional(),
  include_all_metadata: flag.default(false),
  inclusive: flag.default(false),
  latest: timeBound,
  oldest: timeBound,
};

interface TimelineArguments {
  readonly cursor?: string | undefined;
  readonly inclusive: boolean;
  readonly latest?: string | undefined;
  readonly oldest?: string | undefined;
  readonly limit: number;
}

const cursorPrefix = 'next_ts:';

function cursorFor(message: Message): string {
  return Buffer.from(cursorPrefix + message.ts).toString('base64');
}

function cursorTs(cursor: string): string {
  const decoded = Buffer.from(cursor, 'base64').toString();
  if (!decoded.startsWith(cursorPrefix)) throw new SlackCallError('invalid_cursor');
  return decoded.slice(cursorPrefix.length);
}

/** Microseconds, exact: a float would merge neighbours. */
function micros(ts: string): bigint {
  const [seconds = '0', fraction = ''] = ts.split('.');
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

function withinBounds(ts: string, { inclusive, latest, oldest }: TimelineArguments): boolean {
  const at = micros(ts);
  if (latest !== undefined && (inclusive ? at > micros(latest) : at >= micros(latest))) return false;
  if (oldest !== undefined && (inclusive ? at < micros(oldest) : at <= micros(oldest))) return false;
  return true;
}

/** One page of messages that are already in the order in which they are given out. */
function page(messages: readonly Message[], args: TimelineArguments): { messages: Message[]; next: string } {
  const within = messages.filter(({ ts }) => withinBounds(ts, args));
  // An empty cursor is how clients ask for the first page when they loop.
  const startTs = args.cursor ? cursorTs(args.cursor) : undefined;
  const start = startTs === undefined ? 0 : within.findIndex(({ ts }) => ts === startTs);
  if (start < 0) throw new SlackCallError('invalid_cursor');
  const following = within[start + args.limit];
  return {
    messages: within.slice(start, start + args.limit),
    next: following === undefined ? '' : cursorFor(following),
  };
}

function channelJson(channel: Channel, creator: string): Record<string, unknown> {
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: !channel.isPrivate,
    is_group: channel.isPrivate,
    is_im: false,
    is_mpim: false,
    is_private: channel.isPrivate,
    is_archived: channel.isArchived,
    is_general: false,
    is_member: channel.hasApp,
    is_shared: false,
    is_ext_shared: false,
    creator,
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
  };
}

/** `conversations.history`, `conversations.replies`, `conversations.info`. */
export function conversationMethods({ workspace, log }: ConversationDependencies): Method[] {
  const json = (messages: readonly Message[], includeMetadata: boolean): Record<string, unknown>[] =>
    messages.map((message) =>
      messageJson(message, { workspace, log }, includeMetadata ? 'with-metadata' : 'without-metadata'),
    );

  const history = defineMethod({
    name: 'conversations.history',
    tokenKind: 'bot',
    scope: 'channels:history',
    args: z.strictObject({ ...timeline, limit: pageSize(limits.pageSize, 100) }),
    run(args) {
      const channel = readableChannel(workspace, args.channel);
      const roots = log.all(channel.id).filter(({ threadTs }) => threadTs === undefined);
      const { messages, next } = page(roots.toReversed(), args);
      return {
        messages: json(messages, args.include_all_metadata),
        has_more: next !== '',
        pin_count: 0,
        channel_actions_ts: null,
        channel_actions_count: 0,
        response_metadata: { next_cursor: next },
      };
    },
  });

  const replies = defineMethod({
    name: 'conversations.replies',
    tokenKind: 'bot',
    scope: 'channels:history',
    args: z.strictObject({ ...timeline, ts: timestamp, limit: pageSize(limits.pageSize, 999) }),
    run(args) {
      const channel = readableChannel(workspace, args.channel);
      const named = log.find(channel.id, args.ts);
      if (!named) throw new SlackCallError('thread_not_found');
      // The ts of a reply gives that reply alone, as in Slack.
      const thread = named.threadTs === undefined ? log.thread(channel.id, named.ts) : [named];
      const { messages, next } = page(thread, args);
      return {
        messages: json(messages, args.include_all_metadata),
        has_more: next !== '',
        response_metadata: { next_cursor: next },
      };
    },
  });

  const info = defineMethod({
    name: 'conversations.info',
    tokenKind: 'bot',
    scope: 'channels:read',
    args: z.strictObject({
      channel: z.string().min(1),
      include_locale: flag.optional(),
      include_num_members: flag.optional(),
    }),
    run: (args) => ({
      channel: channelJson(visibleChannel(workspace, args.channel), workspace.people()[0]?.id ?? ''),
    }),
  });

  return [history, replies, info];
}
