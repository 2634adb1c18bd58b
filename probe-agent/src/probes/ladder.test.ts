import fc from 'fast-check';
import { expect, test } from 'vitest';
import { largestPassing } from './ladder.ts';

test('finds the exact size, whatever it is, with few rounds of waiting', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 400, max: 9187 }), async (threshold) => {
      let tried = 0;
      const found = await largestPassing(400, 9188, (bytes) => {
        tried += 1;
        return Promise.resolve(bytes <= threshold);
      });
      expect(found).toBe(threshold);
      expect(tried).toBeLessThanOrEqual(41);
    }),
  );
});

test('a size lost by chance is tried again before the search ends', async () => {
  const missed = new Set<number>();
  const found = await largestPassing(400, 1472, (bytes) => {
    const byChance = bytes > 900 && bytes < 1100 && missed.size === 0;
    if (byChance) missed.add(bytes);
    return Promise.resolve(bytes <= 1322 && !byChance);
  });
  expect(missed.size).toBe(1);
  expect(found).toBe(1322);
});
