import { LogLevel } from '@slack/socket-mode';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { SlackStandIn } from './stand-in.ts';

/** Keeps the SDK's warnings about the faults a test asked for out of its output. */
export const quietLogger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};

/** The real client, set up so that every call is made once: what a careful app does. */
export function webClient(slack: SlackStandIn, token?: string, more: WebClientOptions = {}): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quietLogger,
    ...more,
  });
}

/** The error code of a call that Slack answered with `ok: false`, or `ok`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && 'data' in error) return String(Reflect.get(Object(error.data), 'error'));
    throw error;
  }
  return 'ok';
}
