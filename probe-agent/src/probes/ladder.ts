/** Sizes tried at once: a lost one costs its whole waiting time, whether it waits alone or with others. */
const stepsAtOnce = 8;
/** Enough for every size between the smallest and the largest packet, with room for packets lost by chance. */
const maxRounds = 8;

/**
 * The largest size that passes, given that `low` does and `high` does not. Narrows the range by trying several sizes at
 * once; a size that once passed is possible, so one lost by chance is found out when it is tried again at the end.
 */
export async function largestPassing(
  low: number,
  high: number,
  passes: (bytes: number) => Promise<boolean>,
): Promise<number> {
  let lowest = low;
  let highest = high;
  for (let round = 0; round < maxRounds; round++) {
    const sizes = between(lowest, highest);
    const tried = await Promise.all(sizes.map(async (bytes) => ({ bytes, passed: await passes(bytes) })));
    const best = Math.max(lowest, ...tried.filter(({ passed }) => passed).map(({ bytes }) => bytes));
    const above = tried.filter(({ bytes, passed }) => !passed && bytes > best).map(({ bytes }) => bytes);
    if (highest - lowest <= 1) {
      // The last doubt: was the size just above lost by chance?
      if (highest >= high || !(await passes(highest))) return lowest;
      lowest = highest;
      highest = high;
      continue;
    }
    lowest = best;
    highest = Math.min(highest, ...above);
  }
  return lowest;
}

/** Up to `stepsAtOnce` sizes strictly between two, evenly spread. */
function between(low: number, high: number): number[] {
  const count = Math.min(stepsAtOnce, high - low - 1);
  return Array.from({ length: Math.max(0, count) }, (_, i) =>
    Math.round(low + ((high - low) * (i + 1)) / (count + 1)),
  );
}
