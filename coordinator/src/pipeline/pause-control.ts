import type { Claims } from '../ports/claim.ts';
import type { IncidentStore, Pause } from '../ports/incident-store.ts';

/** The global pause as people use it. All methods reject with StoreUnavailable. */
export interface PauseControl {
  read(): Promise<Pause>;
  /** Nothing is executed from now on. Pausing again keeps the first reason and time. */
  set(reason: string, by: string): Promise<Pause>;
  /**
   * Lets executions go on. The person vouches for the store as it is now: its epoch is written beside the claims, so
   * that a store that was lost or restored counts as known from here on.
   */
  lift(by: string): Promise<{ ok: true } | { ok: false; detail: string }>;
}

export function createPauseControl(deps: {
  store: Pick<IncidentStore, 'pause' | 'setPause' | 'epoch' | 'nowMs'>;
  claims: Pick<Claims, 'writeEpoch'>;
}): PauseControl {
  const { store, claims } = deps;
  return {
    read: () => store.pause(),
    async set(reason, by) {
      const before = await store.pause();
      if (before.paused) return before;
      const pause: Pause = { paused: true, reason, by, sinceMs: await store.nowMs() };
      await store.setPause(pause);
      return pause;
    },
    async lift() {
      const written = await claims.writeEpoch(await store.epoch());
      if (!written) {
        return {
          ok: false,
          detail: 'The API server did not take the new epoch; nothing is executed until it does.',
        };
      }
      await store.setPause({ paused: false });
      return { ok: true };
    },
  };
}
