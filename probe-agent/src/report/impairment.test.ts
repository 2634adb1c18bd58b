import { expect, test } from 'vitest';
import { throttledMsOf } from './cpu-throttling.ts';
import { impairmentOf } from './impairment.ts';

const quiet = {
  windowMs: 5_000,
  maxLagMs: 12,
  throttledMs: 40,
  skippedLate: 0,
  skippedBusy: 0,
  sent: 50,
  localErrors: 1,
};

test('a quiet window is believed', () => {
  expect(impairmentOf(quiet)).toBeNull();
  expect(impairmentOf({ ...quiet, throttledMs: null })).toBeNull();
});

test.each([
  [{ maxLagMs: 400 }, 'event loop lag 400 ms'],
  [{ throttledMs: 900 }, 'CPU throttled 900 ms'],
  [{ skippedLate: 3 }, '3 late probes skipped'],
  [{ skippedBusy: 2 }, '2 probes over the concurrency limit skipped'],
  [{ localErrors: 20 }, '20 local errors'],
])('%o makes it say why it should not be', (change, reason) => {
  expect(impairmentOf({ ...quiet, ...change })).toBe(reason);
});

test('reads the throttled time of a cgroup', () => {
  expect(throttledMsOf('usage_usec 9\nnr_throttled 3\nthrottled_usec 123456\n')).toBe(123.456);
  expect(throttledMsOf('usage_usec 9\n')).toBeNull();
});
