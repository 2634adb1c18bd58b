import { z } from 'zod';
import type { LoadedIncident } from '../../ports/incident-store.ts';
import { IncidentUnreadable } from '../../ports/incident-unreadable.ts';
import type { RedisCommands } from './commands.ts';
import type { RedisKeys } from './keys.ts';
import { messageField } from './outbox.ts';
import type { Streams } from './streams.ts';

export interface RetentionSettings {
  /** Closed incidents kept at most. */
  maxClosed: number;
  /** Closed incidents are kept this long at most. */
  maxClosedAgeMs: number;
  /** Takes an incident before it leaves the store (export); the incident stays when this rejects. */
  archive?: (incident: LoadedIncident) => Promise<void>;
}

/**
 * KEYS: events, meta, outbox, posted, messages, closedScopes, all, closed, closedAt, due:coordinator, due:executor.
 * ARGV: id, closedAtMs as seen, message fields...
 * An incident that was re-opened, or has messages to deliver, stays.
 */
const removeScript = `
local id = ARGV[1]
if redis.call('ZSCORE', KEYS[9], id) ~= ARGV[2] then return 0 end
if redis.call('ZCARD', KEYS[3]) > 0 then return 0 end
local scopes = redis.call('HGET', KEYS[2], 'scopes')
for _, scope in ipairs(scopes and cjson.decode(scopes) or {}) do
  local last = redis.call('HGET', KEYS[6], scope)
  if last and string.sub(last, -#id - 1) == ' ' .. id then redis.call('HDEL', KEYS[6], scope) end
end
for i = 3, #ARGV do redis.call('HDEL', KEYS[5], ARGV[i]) end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
for i = 7, 11 do redis.call('ZREM', KEYS[i], id) end
return 1
`;

const Posted = z.object({ channel: z.string(), ts: z.string() });
const removedAtOnce = 100;

/** Removes closed incidents beyond the limits, oldest close first, at most 100 a call; returns how many went. */
export async function sweepClosed(
  redis: RedisCommands,
  keys: RedisKeys,
  streams: Streams,
  settings: RetentionSettings,
  nowMs: number,
): Promise<number> {
  const excess = Math.max(0, (await redis.zcard(keys.closedAt)) - settings.maxClosed);
  const tooMany =
    excess === 0 ? [] : await redis.zrange(keys.closedAt, 0, Math.min(excess, removedAtOnce) - 1);
  const oldest = nowMs - settings.maxClosedAgeMs;
  const tooOld = await redis.zrangeUpTo(keys.closedAt, oldest, removedAtOnce);
  let removed = 0;
  for (const id of new Set([...tooMany, ...tooOld])) {
    const closedAt = await redis.zscore(keys.closedAt, id);
    if (closedAt === null || !(await handOver(streams, id, settings))) continue;
    removed += await remove(redis, keys, id, closedAt);
  }
  return removed;
}

async function handOver(streams: Streams, id: string, settings: RetentionSettings): Promise<boolean> {
  if (settings.archive === undefined) return true;
  try {
    const incident = await streams.load(id);
    if (incident !== null) await settings.archive(incident);
    return true;
  } catch (error) {
    // A newer replica can read it, and archives it.
    if (error instanceof IncidentUnreadable) return false;
    throw error;
  }
}

async function remove(redis: RedisCommands, keys: RedisKeys, id: string, closedAt: string): Promise<number> {
  const posted = await redis.hvals(keys.posted(id));
  const fields = posted.map((json) => messageField(Posted.parse(JSON.parse(json))));
  const names = [
    keys.events(id),
    keys.meta(id),
    keys.outbox(id),
    keys.posted(id),
    keys.messages,
    keys.closedScopes,
    keys.all,
    keys.closed,
    keys.closedAt,
    keys.due('coordinator'),
    keys.due('executor'),
  ];
  const done = await redis.script(removeScript, names, [id, closedAt, ...fields]);
  return done === 1 ? 1 : 0;
}
