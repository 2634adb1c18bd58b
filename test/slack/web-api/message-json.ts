import type { ChannelLog } from '../channel-log.ts';
import type { Author, Message } from '../message.ts';
import type { Workspace } from '../workspace.ts';

function authorJson(author: Author, workspace: Workspace): Record<string, unknown> {
  const { app, team } = workspace;
  if (author.kind === 'person') {
    return { user: author.userId, team: workspace.person(author.userId)?.teamId ?? team.id };
  }
  return {
    user: author.userId,
    bot_id: author.botId,
    app_id: app.id,
    team: team.id,
    bot_profile: {
      id: author.botId,
      app_id: app.id,
      user_id: author.userId,
      name: author.name,
      team_id: team.id,
      deleted: false,
      updated: 0,
      icons: {},
    },
  };
}

function threadJson(message: Message, log: ChannelLog): Record<string, unknown> {
  if (message.threadTs !== undefined) {
    const [root] = log.thread(message.channelId, message.threadTs);
    return { thread_ts: message.threadTs, ...(root && { parent_user_id: root.author.userId }) };
  }
  const replies = log.thread(message.channelId, message.ts).slice(1);
  const latest = replies.at(-1);
  if (!latest) return {};
  const users = [...new Set(replies.map(({ author }) => author.userId))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    reply_users: users,
    latest_reply: latest.ts,
    is_locked: false,
    subscribed: false,
  };
}

/** A message as Slack's API and payloads show it; metadata only where it was asked for. */
export function messageJson(
  message: Message,
  { workspace, log }: { readonly workspace: Workspace; readonly log: ChannelLog },
  metadata: 'with-metadata' | 'without-metadata',
): Record<string, unknown> {
  return {
    type: 'message',
    ts: message.ts,
    text: message.text,
    ...authorJson(message.author, workspace),
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...threadJson(message, log),
    ...(message.edit && { edited: { user: message.edit.userId, ts: message.edit.ts } }),
    ...(metadata === 'with-metadata' && message.metadata && { metadata: message.metadata }),
  };
}
