import { redisKeys } from '@pathmedic/coordinator/adapters/redis/keys.ts';
import type { RawObject } from '@pathmedic/coordinator/domain/raw-object.ts';
import type { Claims } from '@pathmedic/coordinator/ports/claim.ts';
import type { Cluster } from '@pathmedic/coordinator/ports/cluster.ts';
import type { AppendRequest, IncidentStore } from '@pathmedic/coordinator/ports/incident-store.ts';
import type { RedisServer } from '../support/redis.ts';
import type { Random } from './schedule.ts';

/** Takes one safety out of the system: the invariants must then be seen to break. */
export interface Sabotage {
  name: string;
  claims(real: Claims): Claims;
  /** The executor's cluster; `asApproved` is the target as it was when it was first broken. */
  cluster(
    real: Pick<Cluster, 'read' | 'mutate'>,
    asApproved: () => RawObject | null,
  ): Pick<Cluster, 'read' | 'mutate'>;
  store(real: IncidentStore, redis: RedisServer, prefix: string, random: Random): IncidentStore;
}

export const intact: Sabotage = {
  name: 'intact',
  claims: (real) => real,
  cluster: (real) => real,
  store: (real) => real,
};

/** Whoever asks gets the claim. */
export const withoutLeaseClaim: Sabotage = {
  ...intact,
  name: 'without the Lease claim',
  claims: (real) => ({ ...real, claimPlan: () => Promise.resolve({ ok: true }) }),
};

/** The executor does not notice that its target changed since the approval: it is shown the approved content. */
export const withoutDigestCheck: Sabotage = {
  ...intact,
  name: 'without the digest check',
  cluster: (real, asApproved) => ({
    mutate: real.mutate,
    async read(ref) {
      const result = await real.read(ref);
      const approved = asApproved();
      if (!result.ok || approved === null) return result;
      return { ok: true, object: { ...result.object, spec: approved['spec'] ?? {} } };
    },
  }),
};

const crashBetween = 0.05;

/** Events first, messages afterwards in a write of their own: now and then the process does not get that far. */
export const withoutOutboxInScript: Sabotage = {
  ...intact,
  name: 'without the outbox in the script',
  store(real, redis, prefix, random) {
    const keys = redisKeys(prefix);
    async function queueSeparately({ incidentId, expectedLength, outbox }: AppendRequest): Promise<void> {
      if (random() < crashBetween) return;
      const client = redis.inspect();
      for (const item of outbox) {
        const position = await client.hincrby(keys.meta(incidentId), 'nextPosition', 1);
        const n = item.n === 0 ? expectedLength + 1 : item.n;
        const key =
          item.kind === 'reply'
            ? `reply-${n}`
            : item.kind === 'card'
              ? `card-${item.proposalId ?? ''}`
              : 'root';
        const stored = { ...item, n, key, incidentId, position, queuedAtMs: await real.nowMs() };
        await client.zadd(keys.outbox(incidentId), position, JSON.stringify(stored));
        await client.zadd(keys.outboxPending, stored.queuedAtMs, incidentId);
      }
    }
    return {
      ...real,
      async append(request) {
        const result = await real.append({ ...request, outbox: [] });
        if (result.ok) await queueSeparately(request);
        return result;
      },
      async open(request) {
        const result = await real.open({ ...request, outbox: [] });
        if (result.ok) await queueSeparately(request);
        return result;
      },
    };
  },
};
