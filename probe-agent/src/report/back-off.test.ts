import { expect, test } from 'vitest';
import { backOffMs, retryAfterMs } from './back-off.ts';

test('back-off grows, is bounded, and spreads a crowd', () => {
  expect(backOffMs(1, 0.999)).toBeLessThan(1_000);
  expect(backOffMs(4, 0.999)).toBeGreaterThan(7_000);
  expect(backOffMs(1_000, 0.999)).toBeLessThanOrEqual(30_000);
  expect(backOffMs(1_000, 0)).toBe(500);
});

test.each([
  ['2', 2_000],
  ['0', 0],
  ['86400', 60_000],
  [new Date(10_000).toUTCString(), 10_000],
])('Retry-After %s waits at least %i ms', (header, expectedMs) => {
  expect(retryAfterMs(header, 0, 0)).toBe(expectedMs);
  expect(retryAfterMs(header, 0, 0.999)).toBeLessThanOrEqual(expectedMs * 1.5 + 500);
});

test('a Retry-After that says nothing is no Retry-After', () => {
  expect(retryAfterMs(undefined, 0, 0)).toBeNull();
  expect(retryAfterMs('soon', 0, 0)).toBeNull();
});
