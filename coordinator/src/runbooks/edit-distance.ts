/**
 * Optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours each count one.
 * Quadratic in the lengths: for words only, longer ones than 64 characters are infinitely far.
 */
export function editDistance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return Infinity;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, substituted, swapped));
    }
  }
  return at(a.length, b.length);
}

/** The one word of `words` that `typo` most likely means: a single edit away (two in longer words), and no other as near; else null. */
export function meantWord(typo: string, words: Iterable<string>): string | null {
  const limit = typo.length >= 7 ? 2 : 1;
  let best = limit + 1;
  let found: string[] = [];
  for (const word of words) {
    const distance = editDistance(typo, word);
    if (distance < best) {
      best = distance;
      found = [word];
    } else if (distance === best) found.push(word);
  }
  const [only] = found;
  return found.length === 1 && best > 0 && best <= limit && only !== undefined ? only : null;
}
