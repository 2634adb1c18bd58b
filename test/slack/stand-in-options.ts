import { type Clock, systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { type RateLimits, slackRateLimits } from './rate-limit.ts';

/** How a stand-in starts; everything has a default. */
export interface SlackStandInOptions {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** URL under which browsers and the app reach it, for permalinks and response URLs. Default: the listening address. */
  readonly publicUrl?: string;
  readonly clock?: Clock;
  /** Uniform in [0, 1); makes ids. */
  readonly random?: () => number;
  readonly botToken?: string;
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** Scopes of the bot token. */
  readonly botScopes?: readonly string[];
  /** Name of the app in the channel. */
  readonly appName?: string;
  /** Name of the first channel. */
  readonly channelName?: string;
  /** Handles of the people in it. */
  readonly people?: readonly string[];
  /** Default: Slack's own. `off` for tests that are about something else. */
  readonly rateLimits?: RateLimits | 'off';
  /** Whether the app subscribed to `message.channels`. Default `none`. */
  readonly messageEvents?: 'none' | 'subscribed';
  readonly interactivityUrl?: string;
  readonly eventsUrl?: string;
  /** Bearer token of the control API under `/_control`; without one there is no control API. */
  readonly controlToken?: string;
}

export const defaultBotScopes = ['chat:write', 'channels:history', 'channels:read', 'users:read'] as const;

/** The options with every default filled in. */
export function completeOptions(options: SlackStandInOptions) {
  return {
    host: '127.0.0.1',
    port: 0,
    publicUrl: undefined,
    clock: systemClock,
    random: Math.random,
    botToken: 'xoxb-stand-in',
    appToken: 'xapp-stand-in',
    signingSecret: 'stand-in-signing-secret',
    botScopes: defaultBotScopes,
    appName: 'pathmedic',
    channelName: 'cluster-alerts',
    people: ['ana', 'ben', 'chidi'],
    rateLimits: slackRateLimits,
    messageEvents: 'none' as const,
    interactivityUrl: undefined,
    eventsUrl: undefined,
    controlToken: undefined,
    ...options,
  };
}
