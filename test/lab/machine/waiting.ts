import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `look` is true. A look that throws says what is missing.
 * @throws when time is up, with what was missing last; what `signal` was aborted with
 */
export async function waitUntil(
  what: string,
  timeoutMs: number,
  look: () => Promise<boolean>,
  options: { everyMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    options.signal?.throwIfAborted();
    let missing = '';
    try {
      if (await look()) return;
    } catch (error) {
      if (error instanceof GiveUpError) throw error;
      missing = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() - startedMs > timeoutMs)
      throw new Error(`waited ${Math.round(timeoutMs / 1000)} s for ${what}${missing}`);
    await delay(options.everyMs ?? 50);
  }
}

/** Thrown by a look: waiting any longer is of no use. */
export class GiveUpError extends Error {
  override name = 'GiveUpError';
}

/** No such file, folder or (in /proc) process. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ESRCH' || error.code === 'ENODEV')
  );
}
