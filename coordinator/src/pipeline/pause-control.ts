import type { Claims } from '../ports/claim.ts';
import type { IncidentStore, Pause } from '../ports/incident-store.ts';

/** The global pause as people use it. All methods reject with StoreUnavailable. */
export interface PauseControl {
  read(): Promise<Pause>;
  /** Nothing is executed from now on. Pausing again keeps the first reason and time. */
  set(reason: string, by: string): Promise<Pause>;
  /**
   * Lets executions go on. The person vouches for the store as it is now: its epoch, and how far it has come, are written
   * beside the claims, so that a store that was lost or restored counts as known from here on. Nobody can vouch for one
   * that may lose what it acknowledges: refused until that is mended.
   */
  lift(by: string): Promise<{ ok: true } | { ok: false; detail: string }>;
}

interface PauseDeps {
  store: Pick<IncidentStore, 'pause' | 'setPause' | 'epoch' | 'nowMs'> & {
    point(): Promise<string>;
    inspectDurability(): Promise<{ ok: boolean; problems: readonly { detail: string }[] }>;
  };
  claims: Pick<Claims, 'writeEpoch'>;
}

export function createPauseControl({ store, claims }: PauseDeps): PauseControl {
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
      const durability = await store.inspectDurability();
      if (!durability.ok) {
        const problems = durability.problems.map(({ detail }) => detail).join('; ');
        return { ok: false, detail: `Redis may still lose what it has acknowledged: ${problems}.` };
      }
      const written = await claims.writeEpoch(await store.epoch(), await store.point());
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
