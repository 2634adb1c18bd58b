import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { Leadership } from '../../ports/leadership.ts';
import type { ApiClient } from './api-client.ts';
import { createExpiryWatch } from './lease-expiry.ts';
import { createLeases, microTime, type Lease } from './lease.ts';

export interface LeadershipSettings {
  namespace: string;
  /** Name of the Lease. */
  name?: string;
  /** Unique to this process. */
  holder: string;
  /** Where this replica is reached while it leads. */
  url: string;
  /** How long a lease is valid without renewal. */
  leaseMs?: number;
  /** How often the leader renews and others look, before jitter. */
  renewMs?: number;
  timeoutMs?: number;
  random?: () => number;
}

const urlAnnotation = 'pathmedic.io/leader-url';

/**
 * Leadership by a Lease. The holder counts its validity from before the request that renewed it, by its monotonic clock;
 * others take over only after they have seen the Lease unchanged for its whole duration by theirs. So two never lead at
 * once, whatever their wall clocks say.
 */
export function createKubernetesLeadership(
  api: ApiClient,
  clock: Clock,
  settings: LeadershipSettings,
): Leadership {
  const name = settings.name ?? 'pathmedic-leader';
  const leaseMs = Math.ceil((settings.leaseMs ?? 15_000) / 1000) * 1000;
  const renewMs = settings.renewMs ?? 5_000;
  const leases = createLeases(api, settings.namespace, settings.timeoutMs ?? Math.min(renewMs, 4_000));
  const random = settings.random ?? Math.random;
  const expiry = createExpiryWatch();
  const listeners = new Set<(leading: boolean) => void>();

  let heldUntilMs = Number.NEGATIVE_INFINITY;
  let told = false;
  /** Lease of another replica as last seen, with the time by which it has surely expired unless renewed. */
  let other: { url: string | null; untilMs: number } | null = null;
  let timer: Timer | null = null;
  let expiryTimer: Timer | null = null;
  let closing = false;
  let turn: Promise<void> = Promise.resolve();

  function leading(): boolean {
    return clock.monotonicMs() < heldUntilMs;
  }

  function tell(): void {
    const now = leading();
    if (now === told) return;
    told = now;
    for (const listener of [...listeners]) listener(now);
  }

  function held(fromMs: number): void {
    heldUntilMs = fromMs + leaseMs;
    other = null;
    expiryTimer?.cancel();
    expiryTimer = clock.after(heldUntilMs - clock.monotonicMs(), tell);
    tell();
  }

  function lost(): void {
    heldUntilMs = Number.NEGATIVE_INFINITY;
    expiryTimer?.cancel();
    tell();
  }

  function mine(transitions: number, acquireTime: string): Omit<Lease, 'resourceVersion'> {
    return {
      name,
      holder: settings.holder,
      durationSeconds: leaseMs / 1000,
      renewTime: microTime(clock.nowMs()),
      acquireTime,
      transitions,
      annotations: { [urlAnnotation]: settings.url },
      labels: { 'app.kubernetes.io/name': 'pathmedic' },
    };
  }

  async function attempt(): Promise<void> {
    const fromMs = clock.monotonicMs();
    const now = microTime(clock.nowMs());
    const found = await leases.get(name);
    if (found.type === 'unavailable') return;
    if (found.type === 'absent') {
      if ((await leases.create(mine(0, now))).type === 'written') held(fromMs);
      return;
    }
    const { lease } = found;
    const own = lease.holder === settings.holder;
    if (!own) {
      lost();
      const seenMs = clock.monotonicMs();
      if (!expiry.expired(lease, seenMs)) {
        other = {
          url: lease.annotations[urlAnnotation] ?? null,
          untilMs: seenMs + lease.durationSeconds * 1000,
        };
        return;
      }
      other = null;
    }
    const next = own ? mine(lease.transitions, lease.acquireTime) : mine(lease.transitions + 1, now);
    const write = await leases.replace({ ...next, resourceVersion: lease.resourceVersion });
    if (write.type === 'written') held(fromMs);
    else if (write.type === 'lost') lost();
  }

  async function release(): Promise<void> {
    if (!leading()) return;
    const found = await leases.get(name);
    lost();
    if (found.type !== 'found' || found.lease.holder !== settings.holder) return;
    await leases.replace({ ...found.lease, holder: '', durationSeconds: 1, annotations: {} });
  }

  function schedule(): void {
    if (closing) return;
    const delayMs = renewMs * (0.8 + 0.4 * random());
    timer = clock.after(delayMs, run);
  }

  function run(): void {
    turn = attempt().finally(schedule);
  }

  run();
  return {
    leading,
    leaderUrl() {
      if (leading()) return settings.url;
      return other !== null && clock.monotonicMs() < other.untilMs ? other.url : null;
    },
    onChange: (listener) => void listeners.add(listener),
    async close() {
      closing = true;
      timer?.cancel();
      await turn;
      await release();
      expiryTimer?.cancel();
    },
  };
}
