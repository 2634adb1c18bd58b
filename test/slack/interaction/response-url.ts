import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { z } from 'zod';
import type { ChannelLog } from '../channel-log.ts';
import type { IdSource } from '../id-source.ts';
import { limits } from '../limits.ts';
import { errorBody, SlackCallError } from '../slack-error.ts';
import { flag, parseArguments } from '../web-api/arguments.ts';
import { type HttpAnswer, type HttpCall, jsonAnswer, readCall } from '../web-api/http-call.ts';
import { acceptContent } from '../web-api/message-content.ts';
import type { App } from '../workspace.ts';

/** What a response URL answers to: who clicked, and on which message. */
export interface ResponseTarget {
  readonly channelId: string;
  readonly userId: string;
  readonly source: {
    readonly kind: 'message' | 'ephemeral';
    readonly ts: string;
    readonly threadTs: string | undefined;
  };
}

export interface ResponseUrls {
  /** The path of a new response URL: 5 uses within 30 minutes. */
  create(target: ResponseTarget): string;
  /** Answers a POST to `path`; undefined if it is no response URL. */
  handle(path: string, call: HttpCall): HttpAnswer | undefined;
}

const bodySchema = z.strictObject({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  metadata: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: flag.default(false),
  delete_original: flag.default(false),
  thread_ts: z.string().optional(),
  unfurl_links: flag.default(false),
  unfurl_media: flag.default(true),
});

type ResponseBody = z.infer<typeof bodySchema>;

interface ResponseUrlDependencies {
  readonly log: ChannelLog;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly app: App;
}

export function createResponseUrls({ log, ids, clock, app }: ResponseUrlDependencies): ResponseUrls {
  const urls = new Map<string, { target: ResponseTarget; usesLeft: number; untilMs: number }>();

  const remove = ({ channelId, source }: ResponseTarget): void => {
    if (source.kind === 'ephemeral') log.removeEphemeral(source.ts);
    else log.remove(channelId, source.ts);
  };

  const accept = (args: ResponseBody) => {
    const { text = '', blocks = [], metadata } = acceptContent(args, limits.postTextCharacters, ids);
    if (text === '' && blocks.length === 0) throw new SlackCallError('no_text');
    return { text, blocks, metadata: metadata === 'removed' ? undefined : metadata };
  };

  const replace = ({ channelId, userId, source }: ResponseTarget, args: ResponseBody): void => {
    const content = accept(args);
    if (source.kind === 'ephemeral') {
      log.removeEphemeral(source.ts);
      log.postEphemeral({
        channelId,
        userId,
        threadTs: source.threadTs,
        text: content.text,
        blocks: content.blocks,
      });
      return;
    }
    if (!log.find(channelId, source.ts)) throw new SlackCallError('message_not_found');
    log.edit(channelId, source.ts, {
      ...content,
      editorId: app.botUserId,
      marked: content.blocks.length === 0,
    });
  };

  const post = ({ channelId, userId, source }: ResponseTarget, args: ResponseBody): void => {
    const content = accept(args);
    const threadTs = args.thread_ts ?? source.threadTs;
    if (args.response_type === 'ephemeral') {
      log.postEphemeral({ channelId, userId, threadTs, text: content.text, blocks: content.blocks });
      return;
    }
    log.post({
      ...content,
      channelId,
      threadTs,
      author: { kind: 'app', userId: app.botUserId, botId: app.botId, name: app.name },
      unfurl: { links: args.unfurl_links, media: args.unfurl_media },
    });
  };

  const respond = (target: ResponseTarget, call: HttpCall): void => {
    const args = parseArguments(bodySchema, readCall(call).args);
    if (args.delete_original) remove(target);
    else if (args.replace_original) replace(target, args);
    else post(target, args);
  };

  return {
    create(target) {
      const path = `/actions/${ids.object('T')}/${ids.hex(12)}/${ids.hex(24)}`;
      const untilMs = clock.nowMs() + limits.responseUrlValidMs;
      urls.set(path, { target, usesLeft: limits.responseUrlUses, untilMs });
      return path;
    },
    handle(path, call) {
      const url = urls.get(path);
      if (!url) return undefined;
      if (clock.nowMs() >= url.untilMs) return jsonAnswer(404, { ok: false, error: 'expired_url' });
      if (url.usesLeft === 0) return jsonAnswer(404, { ok: false, error: 'used_url' });
      try {
        respond(url.target, call);
      } catch (error) {
        if (error instanceof SlackCallError) return jsonAnswer(400, errorBody(error));
        throw error;
      }
      url.usesLeft -= 1;
      return jsonAnswer(200, { ok: true });
    },
  };
}
