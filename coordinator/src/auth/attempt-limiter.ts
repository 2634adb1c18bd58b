/** Counts failed attempts by origin and says when no more are heard. */
export interface AttemptLimiter {
  /** Milliseconds to wait before the next attempt is heard; 0 when it is heard now. */
  waitMs(key: string, nowMs: number): number;
  failed(key: string, nowMs: number): void;
}

export interface AttemptLimits {
  maxFailures: number;
  windowMs: number;
  /** Origins remembered at the same time; the oldest go first. */
  maxKeys: number;
}

/** Ten wrong tokens a minute: nobody mistypes faster, and 256 bits are not guessed slower. */
export const defaultAttemptLimits: AttemptLimits = { maxFailures: 10, windowMs: 60_000, maxKeys: 10_000 };

/** A fixed window for each origin, in memory: each replica counts for itself. */
export function createAttemptLimiter(limits: AttemptLimits = defaultAttemptLimits): AttemptLimiter {
  const windows = new Map<string, { endsAtMs: number; failures: number }>();
  return {
    waitMs(key, nowMs) {
      const window = windows.get(key);
      if (window === undefined || nowMs >= window.endsAtMs) return 0;
      return window.failures >= limits.maxFailures ? window.endsAtMs - nowMs : 0;
    },
    failed(key, nowMs) {
      const window = windows.get(key);
      if (window !== undefined && nowMs < window.endsAtMs) {
        window.failures += 1;
        return;
      }
      windows.delete(key);
      windows.set(key, { endsAtMs: nowMs + limits.windowMs, failures: 1 });
      const oldest = windows.keys().next();
      if (windows.size > limits.maxKeys && oldest.done !== true) windows.delete(oldest.value);
    },
  };
}
