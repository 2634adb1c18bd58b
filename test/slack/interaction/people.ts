import type { Message } from '../message.ts';
import type { Person } from '../workspace.ts';
import type { ClickOptions, ClickOutcome } from './click.ts';

/** What people can do in the channel, whichever way they reach it. */
export interface People {
  readonly click: (who: Person, ts: string, actionId: string, options: ClickOptions) => Promise<ClickOutcome>;
  readonly say: (
    who: Person,
    text: string,
    where: { threadTs?: string; channelId: string },
  ) => Promise<Message>;
}
