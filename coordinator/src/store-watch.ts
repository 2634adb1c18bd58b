import { sleep, type Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { RedisIncidentStore } from './adapters/redis/incident-store.ts';
import type { PipelineLog } from './pipeline/deps.ts';
import type { Claims } from './ports/claim.ts';

const everyMs = 15_000;
/** A replica that has just begun to lead is not to wait: before the first epoch is written nothing can be executed. */
const standbyMs = 500;

type StoreDeps = {
  store: Pick<
    RedisIncidentStore,
    'pause' | 'setPause' | 'epoch' | 'point' | 'holds' | 'nowMs' | 'inspectDurability' | 'sweepClosed'
  >;
  claims: Pick<Claims, 'readEpoch' | 'writeEpoch'>;
  clock: Clock;
  log: PipelineLog;
};

/**
 * Keeps an eye on the store: sets the global pause when Redis may lose what it acknowledged, or when it is not the Redis
 * that this cluster knows (lost, restored, or back at an earlier point). Only a person lifts a pause. Also archives old incidents.
 */
export async function watchStore(deps: StoreDeps, active: () => boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const watching = active();
    try {
      if (watching) await checkStore(deps);
    } catch (error) {
      deps.log.warn({ err: error }, 'the store could not be checked; will go on trying');
    }
    await sleep(deps.clock, watching ? everyMs : standbyMs, signal).catch(() => undefined);
  }
}

/** One check. The very first start writes the epoch; afterwards it is only compared, and the point brought up to date. */
export async function checkStore(deps: StoreDeps): Promise<void> {
  const reason = (await durabilityProblem(deps)) ?? (await epochProblem(deps));
  if (reason !== null) {
    const pause = await deps.store.pause();
    if (!pause.paused) {
      deps.log.error({ reason }, 'remediation is paused');
      await deps.store.setPause({ paused: true, reason, by: 'pathmedic', sinceMs: await deps.store.nowMs() });
    }
  }
  await deps.store.sweepClosed();
}

async function durabilityProblem(deps: StoreDeps): Promise<string | null> {
  const durability = await deps.store.inspectDurability();
  return durability.ok ? null : `Redis: ${durability.problems.map((p) => p.detail).join('; ')}`;
}

/** Why this is not the store that the cluster knows; when it is, how far it has come is written down. */
async function epochProblem(deps: StoreDeps): Promise<string | null> {
  const { store, claims } = deps;
  // The point before the comparison: a store that goes back in between is noticed by the one or by the next.
  const [epoch, point] = [await store.epoch(), await store.point()];
  const known = await claims.readEpoch();
  if (!known.ok) return null;
  if (known.epoch !== null && known.epoch !== epoch)
    return 'Redis is not the one that this cluster knows: it was lost or restored.';
  if (known.epoch !== null && known.point !== null && !(await store.holds(known.point)))
    return 'Redis has gone back in time: it was restored from an older copy, or a copy that lagged behind took over. What happened since is missing.';
  if (known.epoch === null || known.point !== point) await claims.writeEpoch(epoch, point);
  return null;
}
