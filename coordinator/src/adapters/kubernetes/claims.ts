import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { ClaimResult, Claims, MutexResult } from '../../ports/claim.ts';
import type { ApiClient } from './api-client.ts';
import { claimLabels, planClaimPrefix } from './claim-names.ts';
import { createExpiryWatch } from './lease-expiry.ts';
import { createLeases, microTime, type Lease, type Leases, type LeaseRead } from './lease.ts';

export interface ClaimsSettings {
  namespace: string;
  /** Before the names of the Leases. */
  prefix?: string;
  timeoutMs?: number;
}

const planAnnotation = 'pathmedic.io/plan-hash';
const epochAnnotation = 'pathmedic.io/epoch';
const pointAnnotation = 'pathmedic.io/store-point';

/** Claims by Leases: they live in etcd with the effect, and survive whatever happens to Redis. */
export function createKubernetesClaims(api: ApiClient, clock: Clock, settings: ClaimsSettings): Claims {
  const leases = createLeases(api, settings.namespace, settings.timeoutMs ?? 5_000);
  const prefix = settings.prefix ?? 'pathmedic';
  const expiry = createExpiryWatch();
  const mutexName = `${prefix}-mutation`;
  const epochName = `${prefix}-epoch`;

  function fresh(name: string, over: Partial<Lease>): Omit<Lease, 'resourceVersion'> {
    const now = microTime(clock.nowMs());
    return {
      name,
      holder: '',
      durationSeconds: 0,
      renewTime: now,
      acquireTime: now,
      transitions: 0,
      annotations: {},
      labels: claimLabels,
      ...over,
    };
  }

  function claimName(planHash: string): string {
    if (!/^[0-9a-f]{40,64}$/.test(planHash)) throw new Error('a plan hash is SHA-256 in hex');
    return planClaimPrefix(prefix) + planHash.slice(0, 40);
  }

  async function claimPlan(planHash: string, holder: string): Promise<ClaimResult> {
    const name = claimName(planHash);
    const created = await leases.create(fresh(name, { holder, annotations: { [planAnnotation]: planHash } }));
    switch (created.type) {
      case 'written':
        return { ok: true };
      case 'unavailable':
        return { ok: false, reason: 'unavailable', detail: created.detail };
      case 'lost':
        return { ok: false, reason: 'already-claimed', holder: holderOf(await leases.get(name)) };
    }
  }

  async function acquireMutex(holder: string, ttlMs: number): Promise<MutexResult> {
    const durationSeconds = Math.ceil(ttlMs / 1000);
    const found = await leases.get(mutexName);
    if (found.type === 'unavailable') return { ok: false, reason: 'unavailable', detail: found.detail };
    if (found.type === 'absent') {
      return mutexResult(
        await leases.create(fresh(mutexName, { holder, durationSeconds })),
        leases,
        mutexName,
      );
    }
    const { lease } = found;
    if (lease.holder !== holder && !expiry.expired(lease, clock.monotonicMs())) {
      return { ok: false, reason: 'held', holder: lease.holder };
    }
    const taken = fresh(mutexName, { holder, durationSeconds, transitions: lease.transitions + 1 });
    const write = await leases.replace({ ...taken, resourceVersion: lease.resourceVersion });
    return mutexResult(write, leases, mutexName);
  }

  async function releaseMutex(holder: string): Promise<void> {
    const found = await leases.get(mutexName);
    if (found.type !== 'found' || found.lease.holder !== holder) return;
    // Not released after all: it expires.
    await leases.replace({
      ...found.lease,
      holder: '',
      durationSeconds: 0,
      renewTime: microTime(clock.nowMs()),
    });
  }

  async function writeEpoch(epoch: string, point: string): Promise<boolean> {
    const annotations = { [epochAnnotation]: epoch, [pointAnnotation]: point };
    const found = await leases.get(epochName);
    if (found.type === 'unavailable') return false;
    const write =
      found.type === 'absent'
        ? await leases.create(fresh(epochName, { annotations }))
        : await leases.replace({
            ...found.lease,
            annotations: { ...found.lease.annotations, ...annotations },
          });
    return write.type === 'written';
  }

  return {
    claimPlan,
    async findClaim(planHash) {
      const found = await leases.get(claimName(planHash));
      if (found.type === 'unavailable') return { ok: false, reason: 'unavailable', detail: found.detail };
      return { ok: true, holder: found.type === 'absent' ? null : holderOf(found) };
    },
    acquireMutex,
    releaseMutex,
    async readEpoch() {
      const found = await leases.get(epochName);
      if (found.type === 'unavailable') return { ok: false, reason: 'unavailable', detail: found.detail };
      const annotations = found.type === 'absent' ? {} : found.lease.annotations;
      return {
        ok: true,
        epoch: annotations[epochAnnotation] ?? null,
        point: annotations[pointAnnotation] ?? null,
      };
    },
    writeEpoch,
  };
}

async function mutexResult(
  write: Awaited<ReturnType<Leases['create']>>,
  leases: Leases,
  name: string,
): Promise<MutexResult> {
  switch (write.type) {
    case 'written':
      return { ok: true };
    case 'unavailable':
      return { ok: false, reason: 'unavailable', detail: write.detail };
    case 'lost':
      return { ok: false, reason: 'held', holder: holderOf(await leases.get(name)) };
  }
}

function holderOf(read: LeaseRead): string {
  return read.type === 'found' && read.lease.holder !== '' ? read.lease.holder : 'somebody else';
}
