import type { NetworkSnapshot } from '../domain/network.ts';

/** A request for fresh probes over given paths. */
export interface CheckRequest {
  nonce: string;
  pathIds: readonly string[];
  probesPerPath: number;
  deadlineMs: number;
}

export interface CheckOutcome {
  nonce: string;
  /** Paths whose results are in, with this nonce. */
  paths: { pathId: string; sent: number; ok: number; failures: { outcome: string; count: number }[] }[];
  /** Asked paths without a result yet. */
  missing: string[];
}

/** The sensing leader's view and its probes on demand. Soft state, in the leader's memory. */
export interface NetworkView {
  snapshot(): NetworkSnapshot;
  /** Asking again with the same nonce changes nothing (a new leader asks again for a pass in flight). */
  requestCheck(request: CheckRequest): void;
  checkOutcome(nonce: string): CheckOutcome | null;
}
