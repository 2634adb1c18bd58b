import type { RedisCommands } from './commands.ts';
import { parseInfo } from './server-info.ts';

export interface MemoryLimits {
  /** Share of the memory limit above which no incident is opened, 0 to 1. */
  refuseOpenAbove: number;
  /** Limit in bytes where Redis itself has none (maxmemory 0). */
  fallbackLimitBytes: number;
}

export interface MemoryUse {
  usedBytes: number;
  limitBytes: number;
}

export async function readMemoryUse(redis: RedisCommands, limits: MemoryLimits): Promise<MemoryUse> {
  const info = parseInfo(await redis.info('memory'));
  const maxBytes = Number(info.get('maxmemory') ?? 0);
  return {
    usedBytes: Number(info.get('used_memory') ?? 0),
    limitBytes: maxBytes > 0 ? maxBytes : limits.fallbackLimitBytes,
  };
}

/** New work is refused while there is still room to finish what is open. */
export function refusesNewWork(use: MemoryUse, limits: MemoryLimits): boolean {
  return use.usedBytes > use.limitBytes * limits.refuseOpenAbove;
}
