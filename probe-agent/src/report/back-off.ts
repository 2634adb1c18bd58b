/** Delay before the next try after `failures` in a row: exponential with full jitter between a floor and a ceiling. */
export function backOffMs(failures: number, random: number): number {
  const floorMs = 500;
  const ceilingMs = Math.min(30_000, floorMs * 2 ** Math.min(failures, 10));
  return floorMs + random * (ceilingMs - floorMs);
}

/** Longest that a Retry-After is obeyed: a wrong header must not silence an agent. */
const maxRetryAfterMs = 60_000;

/**
 * Delay that a Retry-After header asks for (RFC 9110, section 10.2.3: seconds or a date), with up to half more at
 * random so that a shed crowd does not come back at once; null when there is none.
 */
export function retryAfterMs(header: string | undefined, nowMs: number, random: number): number | null {
  if (header === undefined) return null;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - nowMs) / 1000;
  if (!Number.isFinite(seconds)) return null;
  const askedMs = Math.min(maxRetryAfterMs, Math.max(0, seconds * 1000));
  return askedMs + random * Math.max(500, askedMs / 2);
}
