import { expect, test } from 'vitest';
import { startLagSampler } from './lag.ts';
import { createVirtualClock } from './virtual-clock.ts';

test('a blocked event loop is seen even right after a reading, and only once', async () => {
  const clock = createVirtualClock();
  let blockedMs = 0;
  const sampler = startLagSampler(100, { ...clock, monotonicMs: () => clock.monotonicMs() + blockedMs });
  await clock.advanceBy(1_000);
  expect(sampler.take()).toEqual({ maxMs: 0 });
  blockedMs += 400;
  expect(sampler.take().maxMs).toBeGreaterThanOrEqual(300);
  await clock.advanceBy(250);
  expect(sampler.take().maxMs).toBe(400);
  await clock.advanceBy(1_000);
  expect(sampler.take()).toEqual({ maxMs: 0 });
  sampler.stop();
  expect(clock.pending()).toBe(0);
});
