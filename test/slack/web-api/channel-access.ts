import { SlackCallError } from '../slack-error.ts';
import type { Channel, Token, Workspace } from '../workspace.ts';

/** @throws SlackCallError `channel_not_found`, also for a private channel the app cannot see. */
export function visibleChannel(workspace: Workspace, id: string): Channel {
  const channel = workspace.channelById(id);
  if (!channel || (channel.isPrivate && !channel.hasApp)) throw new SlackCallError('channel_not_found');
  return channel;
}

/** The channel to read history from. @throws SlackCallError `channel_not_found`, `not_in_channel` */
export function readableChannel(workspace: Workspace, id: string): Channel {
  const channel = visibleChannel(workspace, id);
  if (!channel.hasApp) throw new SlackCallError('not_in_channel');
  return channel;
}

/**
 * The channel to post to, by id, `name` or `#name`.
 * @throws SlackCallError `channel_not_found`, `is_archived`, `not_in_channel`
 */
export function writableChannel(workspace: Workspace, token: Token, idOrName: string): Channel {
  const found = workspace.channel(idOrName);
  if (!found) throw new SlackCallError('channel_not_found');
  const channel = visibleChannel(workspace, found.id);
  if (channel.isArchived) throw new SlackCallError('is_archived');
  if (!channel.hasApp && !token.scopes.includes('chat:write.public'))
    throw new SlackCallError('not_in_channel');
  return channel;
}
