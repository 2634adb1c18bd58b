import { expect, test } from 'vitest';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { attempt } from './attempt.ts';

test('a deadline that the process itself noticed far too late is a local error', async () => {
  const clock = createVirtualClock();
  let lateMs = 0;
  const starved = { ...clock, monotonicMs: () => clock.monotonicMs() + lateMs };
  const running = attempt(starved, 1_000, () => {});
  lateMs = 900;
  await clock.advanceBy(2_000);
  expect(await running).toMatchObject({ kind: 'local-error' });
});

test('only the first end counts, and everything is released once', async () => {
  const clock = createVirtualClock();
  let released = 0;
  const outcome = await attempt(clock, 1_000, (probe) => {
    probe.cleanup(() => (released += 1));
    probe.reached('wait');
    probe.end('refused', 'first');
    probe.end('ok');
    probe.fail(new Error('late'));
  });
  expect(outcome).toEqual({ kind: 'refused', phase: 'wait', rttSeconds: 0, detail: 'first' });
  expect(released).toBe(1);
  expect(clock.pending()).toBe(0);
});

test('an exception inside a prober is a local error, not a crash', async () => {
  const outcome = await attempt(createVirtualClock(), 1_000, () => {
    throw new RangeError('bad port');
  });
  expect(outcome).toMatchObject({ kind: 'local-error', phase: 'local', detail: 'RangeError' });
});
