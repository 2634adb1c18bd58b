export interface BackoffSettings {
  minMs: number;
  maxMs: number;
  /** [0, 1): spreads the retries of many. */
  random: () => number;
}

/** Waits that double up to a limit, each between half of it and all of it. */
export interface Backoff {
  nextMs(): number;
  reset(): void;
}

export function createBackoff({ minMs, maxMs, random }: BackoffSettings): Backoff {
  let failures = 0;
  return {
    nextMs() {
      const limitMs = Math.min(maxMs, minMs * 2 ** Math.min(failures, 20));
      failures += 1;
      return limitMs / 2 + (limitMs / 2) * random();
    },
    reset() {
      failures = 0;
    },
  };
}
