import { describe, expect, it } from 'vitest';
import { formatDuration } from './duration.ts';

describe('durations in words', () => {
  it.each([
    [0, 'under 1 s'],
    [-5, 'under 1 s'],
    [1_000, '1 s'],
    [59_600, '1 min'],
    [213_000, '3 min 33 s'],
    [3_600_000, '1 h'],
    [3_599_700, '1 h'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ])('%i ms reads %s', (ms, words) => {
    expect(formatDuration(ms)).toBe(words);
  });
});
