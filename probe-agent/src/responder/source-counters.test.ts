import { expect, test } from 'vitest';
import { createSourceCounters } from './source-counters.ts';

test('forgets the source that was silent longest, and only that one', () => {
  const counters = createSourceCounters(2);
  counters.count('a', 1);
  counters.count('b', 1);
  expect(counters.count('a', 1)).toBe(2);
  counters.count('c', 1);
  expect(counters.size()).toBe(2);
  expect(counters.count('a', 1)).toBe(3);
  expect(counters.count('b', 1)).toBe(1);
});
