import { z } from 'zod';
import type { IncidentStore, PostedMessage } from '../../ports/incident-store.ts';
import type { RedisCommands } from './commands.ts';
import type { RedisKeys } from './keys.ts';

/**
 * KEYS: outbox, posted, messages, outboxPending. ARGV: id, position, key, posted (JSON) or '', message or ''.
 * The message of a thread reply is not indexed: clicks and replies refer to roots and cards.
 */
const deliveredScript = `
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
  if ARGV[5] ~= '' then redis.call('HSET', KEYS[3], ARGV[5], ARGV[1]) end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)
if oldest[1] then
  redis.call('ZADD', KEYS[4], string.format('%.0f', cjson.decode(oldest[1]).queuedAtMs), ARGV[1])
else
  redis.call('ZREM', KEYS[4], ARGV[1])
end
return 1
`;

const StoredItem = z.object({
  incidentId: z.string(),
  kind: z.enum(['root', 'reply', 'card']),
  n: z.number().int(),
  proposalId: z.string().exactOptional(),
  position: z.number().int(),
  key: z.string(),
  queuedAtMs: z.number(),
});
const Posted = z.object({ channel: z.string(), ts: z.string() });

type Outbox = Pick<
  IncidentStore,
  'outboxPending' | 'outboxOf' | 'outboxDelivered' | 'postedMessage' | 'findByMessage'
>;

export function createOutbox(redis: RedisCommands, keys: RedisKeys): Outbox {
  return {
    outboxPending: (limit) =>
      limit <= 0 ? Promise.resolve([]) : redis.zrange(keys.outboxPending, 0, limit - 1),
    async outboxOf(incidentId) {
      const items = await redis.zrange(keys.outbox(incidentId), 0, -1);
      return items.map((json) => StoredItem.parse(JSON.parse(json)));
    },
    async outboxDelivered(incidentId, position, key, posted) {
      const indexed = posted !== null && !key.startsWith('reply-');
      const names = [keys.outbox(incidentId), keys.posted(incidentId), keys.messages, keys.outboxPending];
      await redis.script(deliveredScript, names, [
        incidentId,
        position,
        key,
        posted === null ? '' : JSON.stringify({ channel: posted.channel, ts: posted.ts }),
        indexed ? messageField(posted) : '',
      ]);
    },
    async postedMessage(incidentId, key) {
      const json = await redis.hget(keys.posted(incidentId), key);
      return json === null ? null : Posted.parse(JSON.parse(json));
    },
    findByMessage: (message) => redis.hget(keys.messages, messageField(message)),
  };
}

/** Field of a message in the index of messages. */
export function messageField(message: PostedMessage): string {
  return `${message.channel} ${message.ts}`;
}
