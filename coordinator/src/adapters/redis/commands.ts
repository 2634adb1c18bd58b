import type { Redis } from 'ioredis';
import { available } from './availability.ts';

/**
 * The Redis commands that the store uses. Each rejects with StoreUnavailable when Redis does not answer or cannot serve;
 * other refusals (out of memory, script errors) reject with Redis' own error.
 */
export interface RedisCommands {
  script(text: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  time(): Promise<{ nowMs: number }>;
  info(section: string): Promise<string>;
  configGet(name: string): Promise<string | null>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  setIfAbsent(key: string, value: string): Promise<void>;
  del(key: string): Promise<void>;
  hget(key: string, field: string): Promise<string | null>;
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
  hvals(key: string): Promise<string[]>;
  llen(key: string): Promise<number>;
  lrange(key: string, from: number, to: number): Promise<string[]>;
  /** Members by rank, lowest score first. */
  zrange(key: string, from: number, to: number): Promise<string[]>;
  /** Lowest score first, scores up to `max`. */
  zrangeUpTo(key: string, max: number, limit: number): Promise<string[]>;
  /** Highest score first, scores below `below` (null: all). */
  zrevrangeBelow(key: string, below: number | null, limit: number): Promise<string[]>;
  zscore(key: string, member: string): Promise<string | null>;
  zcard(key: string): Promise<number>;
}

export function createCommands(redis: Redis): RedisCommands {
  return {
    script: (text, keys, args) => available(() => redis.eval(text, keys.length, ...keys, ...args)),
    time: () =>
      available(async () => {
        const [seconds, micros] = await redis.time();
        return { nowMs: Number(seconds) * 1000 + Math.floor(Number(micros) / 1000) };
      }),
    info: (section) => available(() => redis.info(section)),
    configGet: (name) =>
      available(async () => {
        const answer: unknown = await redis.config('GET', name);
        const value: unknown = Array.isArray(answer) ? answer[1] : null;
        return typeof value === 'string' ? value : null;
      }),
    get: (key) => available(() => redis.get(key)),
    set: (key, value) => available(async () => void (await redis.set(key, value))),
    setIfAbsent: (key, value) => available(async () => void (await redis.set(key, value, 'NX'))),
    del: (key) => available(async () => void (await redis.del(key))),
    hget: (key, field) => available(() => redis.hget(key, field)),
    hmget: (key, ...fields) => available(() => redis.hmget(key, ...fields)),
    hvals: (key) => available(() => redis.hvals(key)),
    llen: (key) => available(() => redis.llen(key)),
    lrange: (key, from, to) => available(() => redis.lrange(key, from, to)),
    zrange: (key, from, to) => available(() => redis.zrange(key, String(from), String(to))),
    zrangeUpTo: (key, max, limit) =>
      available(() => redis.zrangebyscore(key, '-inf', max, 'LIMIT', 0, limit)),
    zrevrangeBelow: (key, below, limit) =>
      available(() =>
        redis.zrevrangebyscore(key, below === null ? '+inf' : `(${below}`, '-inf', 'LIMIT', 0, limit),
      ),
    zscore: (key, member) => available(() => redis.zscore(key, member)),
    zcard: (key) => available(() => redis.zcard(key)),
  };
}
