import type { RawObject } from '@pathmedic/coordinator/domain/raw-object.ts';
import type { Claims } from '@pathmedic/coordinator/ports/claim.ts';
import type { Cluster } from '@pathmedic/coordinator/ports/cluster.ts';
import type { IncidentStore } from '@pathmedic/coordinator/ports/incident-store.ts';
import type { RedisServer } from '../support/redis.ts';

/** Takes one safety out of the system: the invariants must then be seen to break. */
export interface Sabotage {
  name: string;
  claims(real: Claims): Claims;
  /** The executor's cluster; what it reads may be falsified so that its digest check passes whatever is there. */
  cluster(real: Pick<Cluster, 'read' | 'mutate'>): Pick<Cluster, 'read' | 'mutate'>;
  store(real: IncidentStore, redis: RedisServer, prefix: string): IncidentStore;
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
  claims: (real) => ({
    ...real,
    claimPlan: () => Promise.resolve({ ok: true }),
  }),
};

/** The executor does not compare what it reads with what was approved: whatever it reads passes for that. */
export const withoutDigestCheck = (digest: { approvedObject(): RawObject | null }): Sabotage => ({
  ...intact,
  name: 'without the digest check',
  cluster: (real) => ({
    ...real,
    async read(ref) {
      const result = await real.read(ref);
      const approved = digest.approvedObject();
      if (!result.ok || approved === null || ref.kind !== 'DaemonSet') return result;
      // The content is the approved one, the version the present one: the API server takes the write.
      return {
        ok: true,
        object: {
          ...approved,
          metadata: result.object['metadata'] ?? {},
          status: result.object['status'] ?? {},
        },
      };
    },
  }),
});
