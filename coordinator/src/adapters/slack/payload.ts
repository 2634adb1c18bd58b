import { z } from 'zod';
import type { Click, Reply } from '../../ports/conversation.ts';

/** What Slack sends about people, as far as it is used: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const BlockActions = z.object({
  type: z.literal('block_actions'),
  trigger_id: z.string().min(1).max(300),
  team: z.object({ id: z.string() }),
  user: z.object({
    id: z.string(),
    team_id: z.string().optional(),
    username: z.string().optional(),
    name: z.string().optional(),
  }),
  channel: z.object({ id: z.string() }),
  container: z.object({ message_ts: z.string(), thread_ts: z.string().optional() }),
  actions: z
    .array(z.object({ action_id: z.string(), value: z.string().max(2000).optional() }))
    .min(1)
    .max(5),
});

const action = z.enum(['approve', 'reject', 'take-over', 'need-help']);

const MessageEvent = z.object({
  type: z.literal('event_callback'),
  team_id: z.string(),
  event_id: z.string().min(1).max(300),
  event: z.object({
    type: z.literal('message'),
    subtype: z.undefined().optional(),
    bot_id: z.undefined().optional(),
    user: z.string(),
    team: z.string().optional(),
    channel: z.string(),
    ts: z.string(),
    thread_ts: z.string(),
    text: z.string().max(40_000),
  }),
});

/** Something a person did. `teams` holds every team that the payload names: all of them have to be ours. */
export type Incoming =
  | { kind: 'click'; id: string; teams: string[]; click: Click }
  | { kind: 'reply'; id: string; teams: string[]; reply: Reply }
  /** A link that was followed, a message of an app, an edit, anything else that asks for nothing. */
  | { kind: 'nothing' };

/** Reads a payload of either transport. Never throws: what cannot be read asks for nothing. */
export function readPayload(payload: unknown): Incoming {
  const clicked = BlockActions.safeParse(payload);
  if (clicked.success) return readClick(clicked.data);
  const written = MessageEvent.safeParse(payload);
  return written.success ? readReply(written.data) : { kind: 'nothing' };
}

function readClick(payload: z.infer<typeof BlockActions>): Incoming {
  const { user, team, container, channel } = payload;
  const [first] = payload.actions;
  const name = action.safeParse(first?.action_id);
  if (first?.value === undefined || !name.success) return { kind: 'nothing' };
  const teams = [team.id, ...(user.team_id === undefined ? [] : [user.team_id])];
  const click: Click = {
    id: payload.trigger_id,
    team: team.id,
    user: user.id,
    userName: user.username ?? user.name ?? user.id,
    channel: channel.id,
    messageTs: container.message_ts,
    threadTs: container.thread_ts ?? null,
    action: name.data,
    value: first.value,
  };
  return { kind: 'click', id: `${payload.trigger_id} ${first.action_id}`, teams, click };
}

function readReply({ team_id, event_id, event }: z.infer<typeof MessageEvent>): Incoming {
  const { channel, user, text } = event;
  if (event.thread_ts === event.ts || text.trim() === '') return { kind: 'nothing' };
  const teams = [team_id, ...(event.team === undefined ? [] : [event.team])];
  const reply: Reply = { team: team_id, user, channel, threadTs: event.thread_ts, text: readable(text) };
  return { kind: 'reply', id: event_id, teams, reply };
}

/** Slack's own notation as people wrote it: `<@U1|ana>` -> `@ana`, `<https://x|x>` -> `x`, `&lt;` -> `<`. */
function readable(text: string): string {
  return text
    .replaceAll(
      /<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>/g,
      (_whole, sign: string, target: string, label?: string) =>
        sign === '' ? (label ?? target) : `${sign === '#' ? '#' : '@'}${label ?? target}`,
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
