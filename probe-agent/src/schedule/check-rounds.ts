import type { CheckSpec, ProbeSpec } from '@pathmedic/shared/contract/plan.ts';

/** One probe of a check and when it starts, milliseconds after the check does. */
export interface CheckStart {
  spec: ProbeSpec;
  offsetMs: number;
}

/**
 * Spreads a check's probes: each path gets `count` of them, one in each of `count` equal parts of the spread, at a
 * random place in it. When that would be more than `maxPerSecond`, the spread is stretched instead of the limit broken.
 */
export function spreadCheck(check: CheckSpec, maxPerSecond: number, random: () => number): CheckStart[] {
  const total = check.count * check.probes.length;
  const spreadMs = Math.max(check.spreadMs, (total / maxPerSecond) * 1000);
  const partMs = spreadMs / check.count;
  const starts: CheckStart[] = [];
  for (let round = 0; round < check.count; round++) {
    for (const spec of check.probes) {
      starts.push({ spec, offsetMs: (round + random()) * partMs });
    }
  }
  return starts.toSorted((a, b) => a.offsetMs - b.offsetMs);
}

/** Names one path of one check. */
export function checkKey(nonce: string, pathId: string): string {
  return `${nonce} ${pathId}`;
}

/** Names of everything that these checks want. */
export function checkKeys(checks: readonly CheckSpec[]): Set<string> {
  return new Set(checks.flatMap((check) => check.probes.map((spec) => checkKey(check.nonce, spec.pathId))));
}
