import type { RedisCommands } from './commands.ts';
import { parseInfo } from './server-info.ts';

export type DurabilityProblem =
  | { code: 'evicts'; detail: string }
  | { code: 'no-append-only-file'; detail: string }
  | { code: 'late-fsync'; detail: string }
  | { code: 'write-failing'; detail: string }
  | { code: 'cannot-tell'; detail: string };

export interface Durability {
  ok: boolean;
  problems: DurabilityProblem[];
}

/** What Redis says about itself; null where it does not say. */
export interface DurabilityFacts {
  maxmemoryPolicy: string | null;
  appendOnly: boolean | null;
  appendFsync: string | null;
  lastWriteOk: boolean | null;
}

/**
 * Whether an acknowledged write survives memory pressure and a crash of the server. Nothing is executed on a store of
 * which that is not known.
 */
export function judgeDurability(facts: DurabilityFacts): Durability {
  const problems: DurabilityProblem[] = [];
  if (facts.maxmemoryPolicy !== null && facts.maxmemoryPolicy !== 'noeviction') {
    const detail = `maxmemory-policy is ${facts.maxmemoryPolicy}: Redis may drop incidents; set noeviction`;
    problems.push({ code: 'evicts', detail });
  }
  if (facts.appendOnly === false) {
    problems.push({
      code: 'no-append-only-file',
      detail: 'appendonly is off: a restart loses writes; set it to yes',
    });
  } else if (facts.appendFsync !== null && facts.appendFsync !== 'always') {
    const detail = `appendfsync is ${facts.appendFsync}: a crash loses the last writes; set it to always`;
    problems.push({ code: 'late-fsync', detail });
  }
  if (facts.lastWriteOk === false) {
    problems.push({
      code: 'write-failing',
      detail: 'the last write of the append-only file failed; look at its disk',
    });
  }
  const unsaid = [
    facts.maxmemoryPolicy === null ? 'maxmemory-policy' : null,
    facts.appendOnly === null ? 'appendonly' : null,
    facts.appendOnly !== false && facts.appendFsync === null ? 'appendfsync' : null,
  ].filter((name) => name !== null);
  if (unsaid.length > 0) {
    problems.push({
      code: 'cannot-tell',
      detail: `Redis does not say ${unsaid.join(', ')} (CONFIG GET refused?)`,
    });
  }
  return { ok: problems.length === 0, problems };
}

/** Reads the facts; a hosted Redis that refuses CONFIG still tells some of them by INFO. */
export async function readDurabilityFacts(redis: RedisCommands): Promise<DurabilityFacts> {
  const memory = parseInfo(await redis.info('memory'));
  const persistence = parseInfo(await redis.info('persistence'));
  const aof = persistence.get('aof_enabled');
  const status = persistence.get('aof_last_write_status');
  return {
    maxmemoryPolicy: memory.get('maxmemory_policy') ?? null,
    appendOnly: aof === undefined ? null : aof === '1',
    appendFsync: await configValue(redis, 'appendfsync'),
    lastWriteOk: status === undefined ? null : status === 'ok',
  };
}

async function configValue(redis: RedisCommands, name: string): Promise<string | null> {
  try {
    return await redis.configGet(name);
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return null;
    throw error;
  }
}
