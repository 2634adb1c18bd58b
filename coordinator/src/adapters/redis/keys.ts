/** Names of all keys, under one prefix that every store owns for itself. */
export interface RedisKeys {
  prefix: string;
  /** LIST of the stored events of one incident, in order; its length is what appends compare. */
  events(id: string): string;
  /** HASH: title, phase, openedAtMs, updatedAtMs, closedAtMs, scopes (JSON), nextPosition. */
  meta(id: string): string;
  /** ZSET of undelivered outbox items (JSON) by position. */
  outbox(id: string): string;
  /** HASH: outbox key -> posted message (JSON). */
  posted(id: string): string;
  /** HASH: scope key -> id of the open incident that has it. */
  scopes: string;
  /** HASH: scope key -> `<closedAtMs> <id>` of the incident that closed last. */
  closedScopes: string;
  /** ZSET of ids by openedAtMs: all incidents, the open ones, the closed ones. */
  all: string;
  open: string;
  closed: string;
  /** ZSET of closed ids by closedAtMs: what retention goes by. */
  closedAt: string;
  /** ZSET of ids by due time. */
  due(role: 'coordinator' | 'executor'): string;
  /** ZSET of ids with undelivered outbox items, by the time the oldest was queued. */
  outboxPending: string;
  /** HASH: `channel ts` -> id, for root messages and cards. */
  messages: string;
  pause: string;
  epoch: string;
  /** Number of appends ever made, and the random marks of the latest of them, newest first: how far the store has come. */
  appends: string;
  marks: string;
  /** Channel on which ids of appended incidents are published. */
  appended: string;
}

/** A prefix in braces keeps every key in one slot of a Redis Cluster, where scripts need them together. */
export function redisKeys(prefix: string): RedisKeys {
  const key = (name: string): string => `${prefix}:${name}`;
  return {
    prefix,
    events: (id) => key(`incident:${id}:events`),
    meta: (id) => key(`incident:${id}:meta`),
    outbox: (id) => key(`incident:${id}:outbox`),
    posted: (id) => key(`incident:${id}:posted`),
    scopes: key('scopes'),
    closedScopes: key('closed-scopes'),
    all: key('incidents:all'),
    open: key('incidents:open'),
    closed: key('incidents:closed'),
    closedAt: key('incidents:closed-at'),
    due: (role) => key(`due:${role}`),
    outboxPending: key('outbox-pending'),
    messages: key('messages'),
    pause: key('pause'),
    epoch: key('epoch'),
    appends: key('appends'),
    marks: key('marks'),
    appended: key('appended'),
  };
}
