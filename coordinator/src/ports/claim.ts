/**
 * Fencing that lives in Kubernetes with the effect (Leases in etcd), so that it survives the loss of Redis.
 * `unavailable` means that it is not known whether the request took effect; never act on it.
 */
export interface Claims {
  /** Creates the Lease of that plan. Only one caller ever gets `claimed` for a plan hash. */
  claimPlan(planHash: string, holder: string): Promise<ClaimResult>;
  /** Who claimed that plan; null when nobody did. Claims nothing. */
  findClaim(
    planHash: string,
  ): Promise<{ ok: true; holder: string | null } | { ok: false; reason: 'unavailable'; detail: string }>;
  /** One mutation at a time a cluster: a lease with an expiry. */
  acquireMutex(holder: string, ttlMs: number): Promise<MutexResult>;
  releaseMutex(holder: string): Promise<void>;
  /**
   * Epoch id kept beside the claims, which differs from the store's after the store was lost or replaced, and the point that
   * the store had come to when this was written last. Null when never written.
   */
  readEpoch(): Promise<
    | { ok: true; epoch: string | null; point: string | null }
    | { ok: false; reason: 'unavailable'; detail: string }
  >;
  writeEpoch(epoch: string, point: string): Promise<boolean>;
}

export type ClaimResult =
  | { ok: true }
  | { ok: false; reason: 'already-claimed'; holder: string }
  | { ok: false; reason: 'unavailable'; detail: string };

export type MutexResult =
  /** Held until then at the latest, by the caller's monotonic clock from the call on: nothing may be written after `ttlMs`. */
  | { ok: true }
  | { ok: false; reason: 'held'; holder: string }
  | { ok: false; reason: 'unavailable'; detail: string };
