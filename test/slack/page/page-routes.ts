import { z } from 'zod';
import type { ChangeFeed } from '../change-feed.ts';
import type { ChannelLog } from '../channel-log.ts';
import type { SocketMode } from '../delivery/socket-mode.ts';
import type { AppLink } from '../delivery/app-link.ts';
import type { People } from '../interaction/people.ts';
import { type HttpAnswer, type HttpCall, jsonAnswer } from '../web-api/http-call.ts';
import type { Channel, Workspace } from '../workspace.ts';
import { pageHtml, pageSecurityPolicy } from './page-html.ts';
import { timelineHtml } from './timeline-html.ts';

interface PageDependencies extends People {
  readonly workspace: Workspace;
  readonly log: ChannelLog;
  readonly feed: ChangeFeed;
  readonly link: AppLink;
  readonly socketMode: SocketMode;
  /** Shown when the address names no other. */
  readonly channel: Channel;
}

const clickBody = z.object({
  as: z.string(),
  channel: z.string(),
  ts: z.string(),
  blockId: z.string(),
  actionId: z.string(),
});
const sayBody = z.object({
  as: z.string(),
  channel: z.string(),
  text: z.string().min(1).max(4000),
  threadTs: z.string().optional(),
});

function connectionSentence({ link, socketMode }: PageDependencies): string {
  const count = socketMode.connections().length;
  if (count > 0) return `App connected over Socket Mode (${count}).`;
  return link.urls.interactivityUrl === undefined ? 'No app connected.' : 'App reached over HTTP.';
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pageAnswer(dependencies: PageDependencies, channel: Channel): HttpAnswer {
  return {
    kind: 'answer',
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': pageSecurityPolicy,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body: pageHtml(dependencies.workspace, channel),
  };
}

function streamAnswer(dependencies: PageDependencies, channelId: string, viewerId: string): HttpAnswer {
  return {
    kind: 'event-stream',
    open(send) {
      let scheduled = false;
      let closed = false;
      const show = (): void => {
        scheduled = false;
        if (closed) return;
        const timeline = timelineHtml(dependencies, channelId, viewerId).html;
        send(JSON.stringify({ timeline, link: connectionSentence(dependencies) }));
      };
      show();
      const stop = dependencies.feed.listen(() => {
        // Several changes in one turn are one picture.
        if (scheduled) return;
        scheduled = true;
        setImmediate(show);
      });
      return () => {
        closed = true;
        stop();
      };
    },
  };
}

/** Routes of the channel page; undefined for a path that is not one of them. */
export function createPageRoutes(dependencies: PageDependencies) {
  const { workspace } = dependencies;

  const act = async (call: HttpCall): Promise<HttpAnswer> => {
    // Another site open in the same browser cannot send this header, so it cannot click here.
    if (call.headers['x-stand-in-page'] !== '1') return jsonAnswer(403, { error: 'not from the page' });
    const body = json(call.body);
    if (call.path === '/_page/say') {
      const said = sayBody.safeParse(body);
      const person = said.success ? workspace.person(said.data.as) : undefined;
      if (!said.success || !person) return jsonAnswer(400, { error: 'malformed' });
      const { channel: channelId, text, threadTs } = said.data;
      await dependencies.say(person, text, { channelId, ...(threadTs !== undefined && { threadTs }) });
      return jsonAnswer(200, { outcome: 'said' });
    }
    const clicked = clickBody.safeParse(body);
    const person = clicked.success ? workspace.person(clicked.data.as) : undefined;
    if (!clicked.success || !person) return jsonAnswer(400, { error: 'malformed' });
    const { ts, actionId, blockId, channel: channelId } = clicked.data;
    try {
      return jsonAnswer(200, await dependencies.click(person, ts, actionId, { channelId, blockId }));
    } catch {
      // The message changed between the picture and the click.
      return jsonAnswer(200, { outcome: 'no-button' });
    }
  };

  return async (call: HttpCall): Promise<HttpAnswer | undefined> => {
    const channelId = call.query.get('channel') ?? dependencies.channel.id;
    if (call.method === 'POST' && (call.path === '/_page/click' || call.path === '/_page/say'))
      return act(call);
    if (call.method !== 'GET') return undefined;
    if (call.path === '/')
      return pageAnswer(dependencies, workspace.channelById(channelId) ?? dependencies.channel);
    if (call.path === '/_page/stream')
      return streamAnswer(dependencies, channelId, call.query.get('as') ?? '');
    const [, archived, anchor] = /^\/archives\/([A-Z0-9]+)\/(p\d+)$/.exec(call.path) ?? [];
    if (archived === undefined || anchor === undefined) return undefined;
    const location = `/?channel=${archived}#${anchor}`;
    return { kind: 'answer', status: 302, headers: { location }, body: '' };
  };
}
