import { type Logger as SlackLogger, SocketModeClient } from '@slack/socket-mode';
import { sleep, type Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';

export interface SocketSettings {
  appToken: string;
  apiUrl: string;
  clock: Clock;
  random: () => number;
  log: Logger;
  sdkLogger: SlackLogger;
  /** Called with each payload, after it was acknowledged. */
  onPayload: (payload: unknown) => void;
  /** Longest wait for a connection, milliseconds. */
  connectTimeoutMs?: number;
}

export interface SocketReceiver {
  start(): void;
  connected(): boolean;
  close(): Promise<void>;
}

interface Connection {
  /** `refresh`: Slack will end it in a few seconds and it still works. */
  ended: Promise<'refresh' | 'lost'>;
  close(): Promise<void>;
}

const defaultConnectTimeoutMs = 20_000;
const baseDelayMs = 500;
const maxDelayMs = 30_000;
/** A connection that lived so long was a good one: the next failure is a first one. */
const steadyMs = 30_000;

/**
 * Keeps one Socket Mode connection open. The client's own reconnecting is off: it waits 5 s after each refresh and lets
 * rejections of its first call go unhandled. On a refresh the new connection is opened before the old one is closed, so that
 * no click falls in between.
 */
export function createSocketReceiver(settings: SocketSettings): SocketReceiver {
  const { clock, random, log } = settings;
  const stop = new AbortController();
  let current: Connection | null = null;
  let loop: Promise<void> | null = null;

  async function run(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      const openedAtMs = clock.monotonicMs();
      const next = await openConnection(settings, stop.signal).catch((error: unknown) => {
        if (failures === 0 && !stop.signal.aborted) {
          log.warn({ err: error }, 'no Socket Mode connection to Slack: clicks do not arrive; trying again');
        }
        return null;
      });
      if (next !== null) {
        void current?.close();
        current = next;
        log.info({}, 'Socket Mode connection to Slack is open');
        const ended = await Promise.race([next.ended, aborted(stop.signal)]);
        if (ended === 'lost') current = null;
        if (clock.monotonicMs() - openedAtMs > steadyMs) failures = 0;
        if (ended === 'refresh' && failures === 0) continue;
      }
      await sleep(clock, delayMs(failures, random()), stop.signal).catch(() => undefined);
      failures += 1;
    }
  }

  return {
    start() {
      loop ??= run();
    },
    connected: () => current !== null,
    async close() {
      stop.abort();
      await current?.close();
      current = null;
      await loop;
    },
  };
}

/** The first try comes at once for one in many clients only: all of them lose their connection at the same time. */
function delayMs(failures: number, random: number): number {
  return Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(failures, 10)) * random;
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'), { once: true }));
}

async function openConnection(settings: SocketSettings, signal: AbortSignal): Promise<Connection> {
  const client = new SocketModeClient({
    appToken: settings.appToken,
    autoReconnectEnabled: false,
    logger: settings.sdkLogger,
    clientOptions: {
      slackApiUrl: settings.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: 10_000,
    },
  });
  const ended = new Promise<'refresh' | 'lost'>((resolve) => {
    client.on('disconnected', () => resolve('lost'));
    keepOpenOnRefresh(client, () => resolve('refresh'));
  });
  client.on('slack_event', ({ ack, body }: { ack: () => Promise<void>; body: unknown }) => {
    // Acknowledged first: Slack gives 3 s, and an acknowledgement that fails changes nothing about the click.
    ack().catch((error: unknown) =>
      settings.log.warn({ err: error }, 'an acknowledgement did not reach Slack'),
    );
    settings.onPayload(body);
  });
  const giveUp = (): void => void client.disconnect();
  const timer = settings.clock.after(settings.connectTimeoutMs ?? defaultConnectTimeoutMs, giveUp);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await client.start();
  } catch (error) {
    throw error instanceof Error ? error : new Error('the connection was closed before Slack said hello');
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', giveUp);
  }
  return { ended, close: () => client.disconnect() };
}

/** The client would close its socket as soon as it is asked to reconnect; Slack still delivers to it for some seconds. */
function keepOpenOnRefresh(client: SocketModeClient, onRefresh: () => void): void {
  const handlers = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (data: unknown, isBinary: unknown) => {
    if (asksToReconnect(data)) onRefresh();
    else for (const handle of handlers) Reflect.apply(handle, client, [data, isBinary]);
  });
}

function asksToReconnect(data: unknown): boolean {
  if (typeof data !== 'string' || !data.includes('"disconnect"')) return false;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === 'object' && message !== null && Reflect.get(message, 'type') === 'disconnect';
  } catch {
    return false;
  }
}
