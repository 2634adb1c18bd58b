import { LogLevel, type Logger as SlackLogger, WebClient } from '@slack/web-api';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { Click, Conversation, Reply } from '../../ports/conversation.ts';
import { callFailure } from './call-outcome.ts';
import { createConversation } from './conversation.ts';
import { createHttpInteractions, type SignedRequest } from './http-interactions.ts';
import { createIncoming, type SlackIdentity } from './incoming.ts';
import { createSocketReceiver } from './socket.ts';

export interface SlackSettings {
  /** Id of the channel. */
  channel: string;
  botToken: string;
  /** With it, clicks come by Socket Mode; without, by signed HTTP only. */
  appToken?: string | undefined;
  apiUrl: string;
  /** Longest wait for an answer of the Web API, milliseconds. */
  timeoutMs?: number;
}

export interface SlackDeps {
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
  /** A verified click of our team in our channel, each once. */
  onClick: (click: Click) => Promise<void>;
  /** A person's message in a thread of our channel. */
  onReply: (reply: Reply) => Promise<void>;
}

export interface Slack {
  conversation: Conversation;
  /** For the HTTP layer, which has checked the signature. */
  onSlackRequest: (request: SignedRequest) => Promise<{ status: number; body: unknown }>;
  /** Begins to listen; returns at once, also while Slack is down. */
  start(): void;
  /** Whether clicks can come by Socket Mode right now. */
  socketConnected(): boolean;
  /** Stops listening and waits for what came in. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 10_000;

export function createSlack(settings: SlackSettings, deps: SlackDeps): Slack {
  const { log } = deps;
  const apiUrl = settings.apiUrl.endsWith('/') ? settings.apiUrl : `${settings.apiUrl}/`;
  const sdkLogger = quietLogger(log);
  const client = new WebClient(settings.botToken, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: settings.timeoutMs ?? defaultTimeoutMs,
    logger: sdkLogger,
  });
  const conversation = createConversation(client, settings.channel, log);
  const incoming = createIncoming({
    channel: settings.channel,
    clock: deps.clock,
    log,
    identity: rememberedIdentity(client, log),
    onClick: deps.onClick,
    onReply: deps.onReply,
  });
  const socket =
    settings.appToken === undefined
      ? null
      : createSocketReceiver({
          appToken: settings.appToken,
          apiUrl,
          clock: deps.clock,
          random: deps.random,
          log,
          sdkLogger,
          onPayload: incoming.accept,
        });
  return {
    conversation,
    onSlackRequest: createHttpInteractions(incoming),
    start: () => socket?.start(),
    socketConnected: () => socket?.connected() ?? false,
    async close() {
      await socket?.close();
      await incoming.idle();
    },
  };
}

/** Asked when first needed, then known for good; a failed question is asked again the next time. */
function rememberedIdentity(client: WebClient, log: Logger): () => Promise<SlackIdentity> {
  let asked: Promise<SlackIdentity> | null = null;
  async function ask(): Promise<SlackIdentity> {
    const { team_id: team, user_id: botUser } = await client.auth.test();
    if (team === undefined || botUser === undefined) throw new Error('auth.test names no team');
    return { team, botUser };
  }
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = null;
      log.error(
        { failure: callFailure(error) },
        'Slack does not say which team this is; the click was not taken',
      );
      throw error;
    });
    return asked;
  };
}

/** What the clients say is about single calls, which we report ourselves. */
function quietLogger(log: Logger): SlackLogger {
  const debug = (...parts: unknown[]): void =>
    log.debug({ sdk: parts.map(String).join(' ').slice(0, 300) }, 'slack client');
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: debug,
    error: debug,
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}
