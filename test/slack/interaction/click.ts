import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { buttonsOf } from '../block-kit/accept-blocks.ts';
import type { Block } from '../block-kit/block.ts';
import type { Button } from '../block-kit/element.ts';
import type { ChannelLog } from '../channel-log.ts';
import type { AppLink } from '../delivery/app-link.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { IdSource } from '../id-source.ts';
import type { EphemeralMessage, Message } from '../message.ts';
import { messageJson } from '../web-api/message-json.ts';
import type { Person, Workspace } from '../workspace.ts';
import type { ResponseUrls } from './response-url.ts';

/** Which button, and how the person behaves. */
export interface ClickOptions {
  readonly channelId?: string;
  /** Needed where two blocks of the message share the action id. */
  readonly blockId?: string;
  /** What the person answers in a confirm dialog. Default: `accept`. */
  readonly confirm?: 'accept' | 'deny';
  /** Clicks what an older revision showed (0 is the first), as someone does whose screen is not up to date. */
  readonly revision?: number;
}

/** How a click ended; `cancelled` in its confirm dialog. */
export type ClickOutcome = Delivery | { readonly outcome: 'cancelled' };

interface Clickable {
  readonly message: Message | EphemeralMessage;
  readonly block: Block;
  readonly button: Button;
}

interface ClickDependencies {
  readonly workspace: Workspace;
  readonly log: ChannelLog;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly link: AppLink;
  readonly responseUrls: ResponseUrls;
  readonly publicUrl: () => string;
}

export interface Clicker {
  /** Clicks a button. @throws Error when there is no such message or button, saying which there are. */
  click(person: Person, ts: string, actionId: string, options?: ClickOptions): Promise<ClickOutcome>;
  /** The `block_actions` payload a click would send. */
  payload(person: Person, ts: string, actionId: string, options?: ClickOptions): Record<string, unknown>;
}

function isEphemeral(message: Message | EphemeralMessage): message is EphemeralMessage {
  return !('author' in message);
}

export function createClicker(dependencies: ClickDependencies): Clicker {
  const { workspace, log, ids, clock, link, responseUrls, publicUrl } = dependencies;

  const shown = (person: Person, ts: string, options: ClickOptions): Message | EphemeralMessage => {
    const channels = workspace
      .channels()
      .filter(({ id }) => options.channelId === undefined || id === options.channelId);
    const message =
      channels.map(({ id }) => log.find(id, ts)).find((found) => found !== undefined) ??
      log.ephemerals(person.id).find((ephemeral) => ephemeral.ts === ts);
    if (!message) throw new Error(`${person.name} sees no message ${ts}`);
    return message;
  };

  const find = (person: Person, ts: string, actionId: string, options: ClickOptions): Clickable => {
    const message = shown(person, ts, options);
    const revision = options.revision;
    const blocks =
      revision === undefined || isEphemeral(message)
        ? message.blocks
        : (message.revisions[revision]?.blocks ?? []);
    const buttons = blocks.flatMap((block) => buttonsOf(block).map((button) => ({ message, block, button })));
    const found = buttons.filter(
      ({ block, button }) =>
        button.action_id === actionId &&
        (options.blockId === undefined || block.block_id === options.blockId),
    );
    const [only] = found;
    if (only && found.length === 1) return only;
    const known = buttons
      .map(({ block, button }) => `${button.action_id ?? ''} (block ${block.block_id ?? ''})`)
      .join(', ');
    const problem = only ? `${found.length} buttons ${actionId}: name the block` : `no button ${actionId}`;
    throw new Error(`message ${ts} has ${problem}; it shows: ${known || 'no buttons'}`);
  };

  const payloadOf = (person: Person, { message, block, button }: Clickable): Record<string, unknown> => {
    const { app, team } = workspace;
    const { channelId, ts, threadTs } = message;
    const ephemeral = isEphemeral(message);
    const nowMs = clock.nowMs();
    const responsePath = responseUrls.create({
      channelId,
      userId: person.id,
      source: { kind: ephemeral ? 'ephemeral' : 'message', ts, threadTs },
    });
    const { confirm: _confirm, url: _url, accessibility_label: _label, ...action } = button;
    return {
      type: 'block_actions',
      user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
      api_app_id: app.id,
      token: app.verificationToken,
      container: {
        type: 'message',
        message_ts: ts,
        channel_id: channelId,
        is_ephemeral: ephemeral,
        ...(threadTs !== undefined && { thread_ts: threadTs }),
      },
      trigger_id: `${Math.floor(nowMs)}.${ids.hex(12)}.${ids.hex(32)}`,
      team: { id: team.id, domain: team.domain },
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: channelId, name: workspace.channelById(channelId)?.name ?? '' },
      ...(!ephemeral && { message: messageJson(message, { workspace, log }, 'with-metadata') }),
      state: { values: {} },
      response_url: publicUrl() + responsePath,
      actions: [{ ...action, block_id: block.block_id, action_ts: (nowMs / 1000).toFixed(6) }],
    };
  };

  return {
    click(person, ts, actionId, options = {}) {
      const clickable = find(person, ts, actionId, options);
      if (clickable.button.confirm && options.confirm === 'deny')
        return Promise.resolve({ outcome: 'cancelled' });
      return link.interact(payloadOf(person, clickable));
    },
    payload: (person, ts, actionId, options = {}) => payloadOf(person, find(person, ts, actionId, options)),
  };
}
