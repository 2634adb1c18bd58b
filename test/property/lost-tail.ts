import type { Redis } from 'ioredis';

/** A copy of every key of a prefix: what a restored or failed-over Redis would hold. */
export type StoreCopy = ReadonlyMap<string, Buffer>;

async function keysOf(redis: Redis, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const batch of redis.scanStream({
    match: `${prefix.replaceAll(/[{}[\]*?]/g, '\\$&')}*`,
    count: 500,
  })) {
    if (Array.isArray(batch)) keys.push(...batch.map(String));
  }
  return [...new Set(keys)];
}

export async function copyStore(redis: Redis, prefix: string): Promise<StoreCopy> {
  const copy = new Map<string, Buffer>();
  for (const key of await keysOf(redis, prefix)) {
    const dump = await redis.dumpBuffer(key);
    if (dump !== null) copy.set(key, dump);
  }
  return copy;
}

/** Puts the store back to the copy: everything written since is lost, as by a failover to a replica that lagged behind. */
export async function loseTail(redis: Redis, prefix: string, copy: StoreCopy): Promise<void> {
  const present = await keysOf(redis, prefix);
  if (present.length > 0) await redis.del(...present);
  for (const [key, dump] of copy) await redis.restore(key, 0, dump);
}
