/** What this process noticed of its own troubles during a window. */
export interface SelfObservation {
  windowMs: number;
  maxLagMs: number;
  /** Time the cgroup was not allowed to run, or null when unknown. */
  throttledMs: number | null;
  skippedLate: number;
  skippedBusy: number;
  sent: number;
  localErrors: number;
}

const maxLagMs = 250;
const maxThrottledShare = 0.1;
const maxLocalErrorShare = 0.1;

/** Why a window says little about the network, or null when it can be believed. */
export function impairmentOf(seen: SelfObservation): string | null {
  const reasons: string[] = [];
  if (seen.maxLagMs > maxLagMs) reasons.push(`event loop lag ${Math.round(seen.maxLagMs)} ms`);
  if (seen.throttledMs !== null && seen.throttledMs > maxThrottledShare * seen.windowMs) {
    reasons.push(`CPU throttled ${Math.round(seen.throttledMs)} ms`);
  }
  if (seen.skippedLate > 0) reasons.push(`${seen.skippedLate} late probes skipped`);
  if (seen.skippedBusy > 0) reasons.push(`${seen.skippedBusy} probes over the concurrency limit skipped`);
  if (seen.sent > 0 && seen.localErrors > maxLocalErrorShare * seen.sent) {
    reasons.push(`${seen.localErrors} local errors`);
  }
  return reasons.length === 0 ? null : reasons.join(', ').slice(0, 120);
}
