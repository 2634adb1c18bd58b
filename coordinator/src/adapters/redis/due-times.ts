import { z } from 'zod';
import type { DueTime } from '../../ports/incident-store.ts';
import type { RedisCommands } from './commands.ts';
import type { RedisKeys } from './keys.ts';
import { withStoreClock, type ScriptClock } from './script-clock.ts';

/** KEYS: due. ARGV: clock, limit. */
const dueScript = withStoreClock(`
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2])
`);

/**
 * KEYS: due, events. ARGV: clock, id, atMs or '', seen length or ''.
 * An event that came in between may have set a due time of its own, which must not be moved away.
 */
const deferScript = withStoreClock(`
local length = redis.call('LLEN', KEYS[2])
if length == 0 then return 0 end
if ARGV[4] ~= '' and length ~= tonumber(ARGV[4]) then return 0 end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[2])
  return 1
end
local at = tonumber(ARGV[3])
if at <= now then at = now + 1 end
redis.call('ZADD', KEYS[1], string.format('%.0f', at), ARGV[2])
return 1
`);

const Ids = z.array(z.string());

export interface DueTimes {
  due(role: DueTime['role'], limit: number): Promise<string[]>;
  defer(incidentId: string, role: DueTime['role'], atMs: number | null, seenLength?: number): Promise<void>;
}

export function createDueTimes(redis: RedisCommands, keys: RedisKeys, clock: ScriptClock): DueTimes {
  return {
    async due(role, limit) {
      return Ids.parse(await redis.script(dueScript, [keys.due(role)], [clock(), Math.max(0, limit)]));
    },
    async defer(incidentId, role, atMs, seenLength) {
      const at = atMs === null ? '' : Math.ceil(atMs);
      const seen = seenLength === undefined ? '' : seenLength;
      const names = [keys.due(role), keys.events(incidentId)];
      await redis.script(deferScript, names, [clock(), incidentId, at, seen]);
    },
  };
}
