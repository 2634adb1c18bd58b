import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { IncidentStore } from '../../ports/incident-store.ts';
import type { RedisCommands } from './commands.ts';
import type { RedisKeys } from './keys.ts';

const StoredPause = z.object({
  paused: z.literal(true),
  reason: z.string(),
  by: z.string(),
  sinceMs: z.number(),
});

/** The global pause, and the epoch by which a lost or restored Redis is noticed. */
export function createPause(
  redis: RedisCommands,
  keys: RedisKeys,
): Pick<IncidentStore, 'pause' | 'setPause' | 'epoch'> {
  return {
    async pause() {
      const json = await redis.get(keys.pause);
      return json === null ? { paused: false } : StoredPause.parse(JSON.parse(json));
    },
    async setPause(pause) {
      if (pause.paused) await redis.set(keys.pause, JSON.stringify(pause));
      else await redis.del(keys.pause);
    },
    async epoch() {
      await redis.setIfAbsent(keys.epoch, randomUUID());
      const epoch = await redis.get(keys.epoch);
      if (epoch === null) throw new Error('the epoch vanished between two commands');
      return epoch;
    },
  };
}
