import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Incident } from '../../domain/incident.ts';
import { applyEvent } from '../../domain/fold.ts';
import type { AppendRequest, AppendResult, IncidentStore } from '../../ports/incident-store.ts';
import { appendResult, prepareAppend } from './append.ts';
import { appendScript } from './append-script.ts';
import { isOutOfMemory } from './availability.ts';
import { createCommands, type RedisCommands } from './commands.ts';
import { awaitReady, createRedisClient, disconnect, type RedisSettings } from './connection.ts';
import { createDueTimes } from './due-times.ts';
import { judgeDurability, readDurabilityFacts, type Durability } from './durability.ts';
import { redisKeys } from './keys.ts';
import { createListing } from './listing.ts';
import { readMemoryUse, refusesNewWork, type MemoryLimits, type MemoryUse } from './memory.ts';
import { createOutbox } from './outbox.ts';
import { createPause } from './pause.ts';
import { sweepClosed, type RetentionSettings } from './retention.ts';
import { scriptClock } from './script-clock.ts';
import { createStorePoint } from './store-point.ts';
import { createStreams } from './streams.ts';
import { createSubscriptions } from './subscription.ts';

export interface RedisIncidentStoreSettings {
  redis: RedisSettings;
  /** Before every key; use braces (`{pathmedic}`) so that a Redis Cluster keeps all keys together. */
  prefix?: string;
  /** Clock instead of Redis' own, milliseconds: for virtual time. */
  now?: () => number;
  memory?: Partial<MemoryLimits>;
  retention?: Partial<RetentionSettings>;
  /** Longest wait for the first connection, milliseconds. */
  readyTimeoutMs?: number;
}

export interface RedisIncidentStore extends IncidentStore {
  /** Whether Redis keeps what it acknowledged. */
  inspectDurability(): Promise<Durability>;
  /** How far the store has come; opaque, to be kept outside of it. */
  point(): Promise<string>;
  /** Whether the store still holds what it held at that point: false after it went back in time. */
  holds(point: string): Promise<boolean>;
  memoryUse(): Promise<MemoryUse>;
  /** Archives and removes closed incidents beyond the limits; call it now and then. Returns how many went. */
  sweepClosed(): Promise<number>;
  close(): Promise<void>;
}

const defaultMemory: MemoryLimits = { refuseOpenAbove: 0.8, fallbackLimitBytes: 512 * 1024 * 1024 };
const defaultRetention: RetentionSettings = { maxClosed: 2_000, maxClosedAgeMs: 180 * 24 * 3_600_000 };

/** Connects and waits until Redis answers; rejects with StoreUnavailable when it does not in time. */
export async function createRedisIncidentStore(
  settings: RedisIncidentStoreSettings,
): Promise<RedisIncidentStore> {
  const clients: Redis[] = [];
  async function connect(name: string): Promise<Redis> {
    const client = createRedisClient({ name, ...settings.redis });
    clients.push(client);
    await awaitReady(client, settings.readyTimeoutMs ?? 5_000);
    return client;
  }
  function close(): Promise<void> {
    for (const client of clients) disconnect(client);
    return Promise.resolve();
  }
  try {
    return assemble(
      createCommands(await connect('pathmedic')),
      settings,
      () => connect('pathmedic-sub'),
      close,
    );
  } catch (error) {
    await close();
    throw error;
  }
}

function assemble(
  redis: RedisCommands,
  settings: RedisIncidentStoreSettings,
  connectSubscriber: () => Promise<Redis>,
  close: () => Promise<void>,
): RedisIncidentStore {
  const keys = redisKeys(settings.prefix ?? '{pathmedic}');
  const memory = { ...defaultMemory, ...settings.memory };
  const retention = { ...defaultRetention, ...settings.retention };
  const clock = scriptClock(settings.now);
  const streams = createStreams(redis, keys);

  async function nowMs(): Promise<number> {
    if (settings.now !== undefined) return Math.floor(settings.now());
    return (await redis.time()).nowMs;
  }

  async function write(
    before: Incident | null,
    request: AppendRequest,
    scopes: readonly string[],
  ): Promise<AppendResult> {
    const now = settings.now === undefined ? undefined : Math.floor(settings.now());
    const { header, events } = prepareAppend(before, request, scopes, now, randomUUID());
    const id = request.incidentId;
    const names = [
      keys.events(id),
      keys.meta(id),
      keys.outbox(id),
      keys.scopes,
      keys.closedScopes,
      keys.all,
      keys.open,
      keys.closed,
      keys.closedAt,
      keys.due('coordinator'),
      keys.due('executor'),
      keys.outboxPending,
      keys.appends,
      keys.marks,
    ];
    try {
      const args = [JSON.stringify(header), keys.appended, ...events];
      const result = appendResult(await redis.script(appendScript, names, args), request.events);
      if (result.ok) remember(before, result.events, id);
      return result;
    } catch (error) {
      if (isOutOfMemory(error)) return { ok: false, reason: 'full' };
      throw error;
    }
  }

  function remember(before: Incident | null, events: Parameters<typeof applyEvent>[2][], id: string): void {
    let incident = before;
    for (const event of events) incident = applyEvent(id, incident, event);
    if (incident !== null) streams.remember(incident);
  }

  return {
    nowMs,
    async open({ scopeKey, scopeAliases = [], ...request }) {
      if (refusesNewWork(await readMemoryUse(redis, memory), memory)) return { ok: false, reason: 'full' };
      return write(null, request, [...new Set([scopeKey, ...scopeAliases])]);
    },
    async append(request) {
      const before = await streams.at(request.incidentId, request.expectedLength);
      if (before !== null) return write(before, request, []);
      const length = await streams.length(request.incidentId);
      return length === 0
        ? { ok: false, reason: 'unknown-incident' }
        : { ok: false, reason: 'conflict', length };
    },
    load: streams.load,
    eventsAfter: streams.eventsAfter,
    ...createSubscriptions(connectSubscriber, keys),
    ...createListing(redis, keys, nowMs),
    ...createDueTimes(redis, keys, clock),
    ...createOutbox(redis, keys),
    ...createPause(redis, keys),
    ...createStorePoint(redis, keys),
    inspectDurability: async () => judgeDurability(await readDurabilityFacts(redis)),
    memoryUse: () => readMemoryUse(redis, memory),
    sweepClosed: async () => sweepClosed(redis, keys, streams, retention, await nowMs()),
    close,
  };
}
