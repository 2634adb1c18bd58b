import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { OldClaimsResult } from './adapters/kubernetes/old-claims.ts';
import { startClaimSweep } from './claim-sweep.ts';

test('old claims are removed again and again; that it is denied is said once, until it was possible', async () => {
  const clock = createVirtualClock();
  const said: string[] = [];
  const denied: OldClaimsResult = { ok: false, reason: 'denied', removed: 0, detail: 'no right' };
  const results: OldClaimsResult[] = [denied, denied, { ok: true, removed: 3 }, denied];
  let rounds = 0;
  const sweep = startClaimSweep({
    clock,
    claims: { removeOld: async () => results[(rounds += 1) - 1] ?? { ok: true, removed: 0 } },
    log: {
      info: (fields) => void said.push(`removed ${String(fields['removed'])}`),
      warn: (fields) => void said.push(String(fields['reason'])),
      error: () => undefined,
    },
  });
  await clock.advanceBy(59_999);
  expect(rounds).toBe(0);
  await clock.advanceBy(1 + 3 * 6 * 3_600_000);
  expect({ rounds, said }).toEqual({ rounds: 4, said: ['denied', 'removed 3', 'denied'] });
  await sweep.close();
  await clock.advanceBy(24 * 3_600_000);
  expect({ rounds, timers: clock.pending() }).toEqual({ rounds: 4, timers: 0 });
});
