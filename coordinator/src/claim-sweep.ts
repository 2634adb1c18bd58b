import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { OldClaimsResult } from './adapters/kubernetes/old-claims.ts';
import type { PipelineLog } from './pipeline/deps.ts';

const firstAfterMs = 60_000;
const everyMs = 6 * 3_600_000;

/** Removes old plans' claims a minute after the start and every six hours; says once when it may not. */
export function startClaimSweep(deps: {
  claims: { removeOld(): Promise<OldClaimsResult> };
  clock: Clock;
  log: PipelineLog;
}): { close(): Promise<void> } {
  let timer: Timer | null = null;
  let running: Promise<void> = Promise.resolve();
  let closed = false;
  let said = '';

  async function round(): Promise<void> {
    const result = await deps.claims.removeOld();
    if (result.removed > 0) deps.log.info({ removed: result.removed }, 'claims of old plans were removed');
    if (!result.ok && said !== result.reason)
      deps.log.warn(
        { reason: result.reason, detail: result.detail },
        'claims of old plans could not be removed; they do no harm',
      );
    said = result.ok ? '' : result.reason;
  }

  function after(delayMs: number): void {
    timer = deps.clock.after(delayMs, () => {
      running = round().finally(() => (closed ? undefined : after(everyMs)));
    });
  }

  after(firstAfterMs);
  return {
    async close() {
      closed = true;
      timer?.cancel();
      await running;
    },
  };
}
