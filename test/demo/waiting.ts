import { setTimeout as delay } from 'node:timers/promises';

/** Something that will not become true by waiting longer. */
export class GaveUp extends Error {}

/**
 * Looks every 250 ms until there is something; fails after `timeoutMs`. Errors of a look count as "not yet", so that a
 * process that is just being replaced does not end the story, except `GaveUp`.
 */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T | null>,
  signal?: AbortSignal,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  let last = '';
  for (;;) {
    signal?.throwIfAborted();
    try {
      const seen = await look();
      if (seen !== null) return seen;
      last = '';
    } catch (error) {
      if (error instanceof GaveUp) throw error;
      last = error instanceof Error ? ` (${error.message})` : '';
    }
    if (performance.now() > deadlineMs)
      throw new Error(`waited ${Math.round(timeoutMs / 1000)} s for ${what}${last}`);
    await delay(250, undefined, signal === undefined ? {} : { signal });
  }
}
