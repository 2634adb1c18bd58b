import type { CheckOutcome, CheckRequest, NetworkView } from '@pathmedic/coordinator/ports/network-view.ts';
import type { Plant } from './plant.ts';
import type { Schedule } from './schedule.ts';

/** Agents need a moment to probe: their results say how it was then. */
const probingMs = 3000;

/** One replica's view; it forgets its checks when the replica restarts, like the real one. */
export function createSensors(plant: Plant, schedule: Schedule): NetworkView {
  const checks = new Map<string, { request: CheckRequest; outcome: CheckOutcome | null }>();
  return {
    snapshot: () => plant.snapshot(),
    requestCheck(request) {
      if (checks.has(request.nonce)) return;
      const check: { request: CheckRequest; outcome: CheckOutcome | null } = { request, outcome: null };
      checks.set(request.nonce, check);
      schedule.clockOf({ name: 'agents', crashed: false }, 0).after(probingMs, () => {
        const states = new Map(plant.snapshot().paths.map((p) => [p.path.id, p.state]));
        const sent = request.probesPerPath;
        check.outcome = {
          nonce: request.nonce,
          missing: [],
          paths: request.pathIds.map((pathId) => {
            const ok = states.get(pathId) === 'healthy' ? sent : 0;
            return { pathId, sent, ok, failures: ok === sent ? [] : [{ outcome: 'timeout', count: sent }] };
          }),
        };
      });
    },
    checkOutcome(nonce) {
      const check = checks.get(nonce);
      if (check === undefined) return null;
      return check.outcome ?? { nonce, paths: [], missing: [...check.request.pathIds] };
    },
  };
}
