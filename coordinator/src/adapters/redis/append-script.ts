import { keptMarks } from './store-point.ts';

/**
 * The one script that changes an incident: events, summary, scope index, outbox, due times and the publication, or
 * nothing at all. It writes only after every check, and its first write (RPUSH) is one that Redis refuses when memory
 * is full; so a refused append has changed nothing.
 *
 * KEYS: events, meta, outbox, scopes, closedScopes, all, open, closed, closedAt, due:coordinator, due:executor,
 *   outboxPending, appends, marks.
 * ARGV: 1 header (JSON, see AppendHeader), 2 channel to publish on, 3... events (JSON objects without n and atMs).
 * Returns `['ok', first n, atMs]`, `['conflict', length]`, `['scope-taken', id]` or `['unknown-incident']`.
 */
export const appendScript = `
local header = cjson.decode(ARGV[1])
local id = header.id
local length = redis.call('LLEN', KEYS[1])

if header.mode == 'append' and length == 0 then return {'unknown-incident'} end
if length ~= header.expectedLength then return {'conflict', length} end

local scopes = header.scopes
if header.mode == 'append' then
  local stored = redis.call('HGET', KEYS[2], 'scopes')
  scopes = stored and cjson.decode(stored) or {}
end
local claims = header.mode == 'open' or header.transition == 'reopen'
if claims and scopes[1] then
  local holder = redis.call('HGET', KEYS[4], scopes[1])
  if holder and holder ~= id then return {'scope-taken', holder} end
end

local now
if header.nowMs then
  now = header.nowMs
else
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- A clock that steps back must not make a stream that runs backwards.
local last = tonumber(redis.call('HGET', KEYS[2], 'updatedAtMs') or '0')
if now < last then now = last end
local at = string.format('%.0f', now)

for i = 3, #ARGV do
  local n = string.format('%d', length + i - 2)
  redis.call('RPUSH', KEYS[1], '{"n":' .. n .. ',"atMs":' .. at .. ',' .. string.sub(ARGV[i], 2))
end

redis.call('HSET', KEYS[2], 'phase', header.phase, 'updatedAtMs', at)
if header.mode == 'open' then
  redis.call('HSET', KEYS[2], 'title', header.title, 'openedAtMs', at, 'scopes', cjson.encode(scopes))
  redis.call('ZADD', KEYS[6], at, id)
end
if claims then
  local opened = redis.call('HGET', KEYS[2], 'openedAtMs')
  redis.call('HDEL', KEYS[2], 'closedAtMs')
  redis.call('ZADD', KEYS[7], opened, id)
  redis.call('ZREM', KEYS[8], id)
  redis.call('ZREM', KEYS[9], id)
  for _, scope in ipairs(scopes) do redis.call('HSETNX', KEYS[4], scope, id) end
elseif header.transition == 'close' then
  redis.call('HSET', KEYS[2], 'closedAtMs', at)
  redis.call('ZREM', KEYS[7], id)
  redis.call('ZADD', KEYS[8], redis.call('HGET', KEYS[2], 'openedAtMs'), id)
  redis.call('ZADD', KEYS[9], at, id)
  for _, scope in ipairs(scopes) do
    if redis.call('HGET', KEYS[4], scope) == id then
      redis.call('HDEL', KEYS[4], scope)
      redis.call('HSET', KEYS[5], scope, at .. ' ' .. id)
    end
  end
end

local queued = 0
for _, item in ipairs(header.outbox) do
  local n = item.n
  if n == 0 then n = length + 1 end
  local key = item.kind
  if item.kind == 'reply' then key = 'reply-' .. string.format('%d', n) end
  if item.kind == 'card' then key = 'card-' .. item.proposalId end
  local position = redis.call('HINCRBY', KEYS[2], 'nextPosition', 1)
  redis.call('ZADD', KEYS[3], position, cjson.encode({
    incidentId = id, kind = item.kind, n = n, proposalId = item.proposalId, key = key,
    position = position, queuedAtMs = now,
  }))
  queued = queued + 1
end
if queued > 0 then redis.call('ZADD', KEYS[12], 'NX', at, id) end

for _, due in ipairs(header.due) do
  local key = KEYS[10]
  if due.role == 'executor' then key = KEYS[11] end
  if due.atMs == cjson.null then redis.call('ZREM', key, id)
  else redis.call('ZADD', key, string.format('%.0f', due.atMs), id) end
end

redis.call('INCR', KEYS[13])
redis.call('LPUSH', KEYS[14], header.mark)
redis.call('LTRIM', KEYS[14], 0, ${keptMarks - 1})

redis.call('PUBLISH', ARGV[2], id)
return {'ok', length + 1, at}
`;
