import type { Lease } from './lease.ts';

/**
 * Whether a Lease has expired, without trusting the holder's clock: it has when this process has seen the very same
 * version of it for as long as it lasts, by its own monotonic clock.
 */
export interface ExpiryWatch {
  /** Call with each reading; true once it has expired. */
  expired(lease: Lease, nowMs: number): boolean;
}

export function createExpiryWatch(): ExpiryWatch {
  const seen = new Map<string, { resourceVersion: string; sinceMs: number }>();
  return {
    expired(lease, nowMs) {
      if (lease.holder === '') return true;
      const known = seen.get(lease.name);
      if (known === undefined || known.resourceVersion !== lease.resourceVersion) {
        seen.set(lease.name, { resourceVersion: lease.resourceVersion, sinceMs: nowMs });
        return false;
      }
      return nowMs - known.sinceMs >= lease.durationSeconds * 1000;
    },
  };
}
