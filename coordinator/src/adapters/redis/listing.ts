import { z } from 'zod';
import { phases } from '../../domain/incident.ts';
import type { IncidentStore, IncidentSummary } from '../../ports/incident-store.ts';
import type { RedisCommands } from './commands.ts';
import type { RedisKeys } from './keys.ts';

const Meta = z.tuple([
  z.string(),
  z.enum(phases),
  z.coerce.number(),
  z.coerce.number(),
  z.union([z.null(), z.coerce.number()]),
]);

const mostListed = 500;

type Listing = Pick<IncidentStore, 'list' | 'findByScope' | 'findRecentlyClosed'>;

export function createListing(redis: RedisCommands, keys: RedisKeys, nowMs: () => Promise<number>): Listing {
  async function summaries(ids: readonly string[]): Promise<IncidentSummary[]> {
    const rows = await Promise.all(
      ids.map((id) =>
        redis.hmget(keys.meta(id), 'title', 'phase', 'openedAtMs', 'updatedAtMs', 'closedAtMs'),
      ),
    );
    return rows.flatMap((row, i) => {
      const id = ids[i];
      const parsed = Meta.safeParse(row);
      // Archived between the two reads, or of a phase that only a newer build knows.
      if (id === undefined || !parsed.success) return [];
      const [title, phase, openedAtMs, updatedAtMs, closedAtMs] = parsed.data;
      return [{ id, title, phase, openedAtMs, updatedAtMs, closedAtMs }];
    });
  }

  return {
    async list({ open, limit, before }) {
      const set = open === undefined ? keys.all : open ? keys.open : keys.closed;
      const count = Math.min(Math.max(0, limit), mostListed);
      if (count === 0) return [];
      return summaries(await redis.zrevrangeBelow(set, before ?? null, count));
    },
    findByScope: (scopeKey) => redis.hget(keys.scopes, scopeKey.toWellFormed()),
    async findRecentlyClosed(scopeKey, withinMs) {
      const last = await redis.hget(keys.closedScopes, scopeKey.toWellFormed());
      if (last === null) return null;
      const gap = last.indexOf(' ');
      const closedAtMs = Number(last.slice(0, gap));
      return (await nowMs()) - closedAtMs < withinMs ? last.slice(gap + 1) : null;
    },
  };
}
