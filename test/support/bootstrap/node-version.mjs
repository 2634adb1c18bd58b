/** Runs npm and this bootstrap. */
export const LOWEST_TO_INSTALL = '20.0.0';

/** Strips types by itself, and is what the Kubernetes client and vitest ask for. */
export const LOWEST_TO_RUN = '22.19.0';

/**
 * @param {string} version as in `24.1.0`
 * @param {string} lowest
 */
export function enoughFor(version, lowest) {
  const [have, need] = [version, lowest].map((text) => text.split('.').map(Number));
  for (const [i, part] of need?.entries() ?? []) {
    const difference = (have?.[i] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
