import { Redis } from 'ioredis';
import { StoreUnavailable } from '../../ports/store-unavailable.ts';

export interface RedisSettings {
  /** `redis://`, `rediss://`, `unix:///run/redis.sock`, or the absolute path of a unix socket. */
  url: string;
  /** Also for a unix socket, whose address holds none. */
  password?: string;
  /** Longest wait for one answer, milliseconds. */
  commandTimeoutMs?: number;
  connectTimeoutMs?: number;
  /** Shown in CLIENT LIST. */
  name?: string;
}

/** Target of a connection as ioredis takes it. */
export type RedisTarget =
  | { path: string }
  | { host: string; port: number; db: number; username?: string; password?: string; tls?: object };

/** Throws on an address of another kind. */
export function parseRedisUrl(url: string): RedisTarget {
  if (url.startsWith('/')) return { path: url };
  const parsed = new URL(url);
  if (parsed.protocol === 'unix:') return { path: decodeURIComponent(parsed.pathname) };
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:') {
    throw new Error(
      `a Redis address begins with redis://, rediss://, unix:// or /, not ${parsed.protocol}//`,
    );
  }
  const db = parsed.pathname.length > 1 ? Number(parsed.pathname.slice(1)) : 0;
  if (!Number.isInteger(db) || db < 0) throw new Error('the path of a Redis address is a database number');
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    db,
    ...(parsed.username === '' ? {} : { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password === '' ? {} : { password: decodeURIComponent(parsed.password) }),
    ...(parsed.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

/**
 * A client that never waits without end and never sends a command twice: without a connection a command fails at once,
 * an answer that is late is a failure, and it reconnects by itself in the background.
 */
export function createRedisClient(settings: RedisSettings): Redis {
  const client = new Redis({
    ...parseRedisUrl(settings.url),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: settings.commandTimeoutMs ?? 3_000,
    connectTimeout: settings.connectTimeoutMs ?? 3_000,
    retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
    ...(settings.name === undefined ? {} : { connectionName: settings.name }),
  });
  // Each failing command rejects on its own; the event only says that the connection is being made anew.
  client.on('error', () => undefined);
  return client;
}

/** Waits until the client can take commands; rejects with StoreUnavailable after `timeoutMs`. */
export async function awaitReady(client: Redis, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return;
  if (client.status === 'wait') client.connect().catch(() => undefined);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => settle(new StoreUnavailable('Redis cannot be reached')), timeoutMs);
    const onReady = (): void => settle(null);
    const onEnd = (): void => settle(new StoreUnavailable('the connection to Redis was closed'));
    function settle(error: Error | null): void {
      clearTimeout(timer);
      client.off('ready', onReady);
      client.off('end', onEnd);
      if (error === null) resolve();
      else reject(error);
    }
    client.on('ready', onReady);
    client.on('end', onEnd);
  });
}

/** Ends a connection without waiting for what Redis still owes. */
export function disconnect(client: Redis): void {
  client.disconnect();
}
