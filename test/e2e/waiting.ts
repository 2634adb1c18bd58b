/** Waiting on is of no use: what was waited for cannot come any more. */
export class Hopeless extends Error {
  override name = 'Hopeless';
}

export interface WaitOptions {
  everyMs?: number;
  signal?: AbortSignal;
}

/**
 * Waits until `look` returns something; rejects with what was seen last. A look that throws counts as "not yet", unless it
 * throws `Hopeless`.
 */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T | null | undefined | false>,
  { everyMs = 1000, signal }: WaitOptions = {},
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  let last: unknown = null;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen;
      last = seen;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    if (Date.now() >= deadlineMs) {
      const detail = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`not within ${Math.round(timeoutMs / 1000)} s: ${what} (${detail ?? 'nothing seen'})`);
    }
    await pause(everyMs, signal);
  }
}

/** Resolves after so long; rejects at once when the run is interrupted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  // A signal that is aborted already tells nobody any more.
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const interrupted = (): void => {
      clearTimeout(timer);
      reject(new Error('interrupted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', interrupted);
      resolve();
    }, ms);
    signal?.addEventListener('abort', interrupted, { once: true });
  });
}
