import type { IdSource } from '../id-source.ts';
import { storedText } from '../message-text.ts';
import type { ChannelLog } from '../channel-log.ts';
import type { Message } from '../message.ts';
import { messageJson } from '../web-api/message-json.ts';
import type { Person, Workspace } from '../workspace.ts';

/** Puts what a person typed into the channel, as Slack's composer sends it. */
export function postAsPerson(
  log: ChannelLog,
  ids: IdSource,
  person: Person,
  channelId: string,
  typed: { readonly text: string; readonly threadTs: string | undefined },
): Message {
  return log.post({
    channelId,
    author: { kind: 'person', userId: person.id },
    text: storedText(typed.text),
    blocks: [
      {
        type: 'rich_text',
        block_id: ids.short(),
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: typed.text }] }],
      },
    ],
    metadata: undefined,
    threadTs: typed.threadTs,
    unfurl: { links: true, media: true },
  });
}

/** The `message` event of a new message. The app gets its own messages too, and has to ignore them. */
export function messageEvent(
  message: Message,
  {
    workspace,
    log,
    ids,
  }: { readonly workspace: Workspace; readonly log: ChannelLog; readonly ids: IdSource },
): Record<string, unknown> {
  const channel = workspace.channelById(message.channelId);
  return {
    ...messageJson(message, { workspace, log }, 'without-metadata'),
    ...(message.author.kind === 'person' && { client_msg_id: ids.uuid() }),
    channel: message.channelId,
    channel_type: channel?.isPrivate ? 'group' : 'channel',
    event_ts: message.ts,
  };
}
