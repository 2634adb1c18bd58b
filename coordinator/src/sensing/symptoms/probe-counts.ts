import type { PathState } from '../../domain/network.ts';

/** Sums over a set of paths. */
export interface ProbeCounts {
  sent: number;
  lost: number;
  failing: number;
  paths: number;
}

export function countProbes(states: readonly PathState[]): ProbeCounts {
  const counts = { sent: 0, lost: 0, failing: 0, paths: states.length };
  for (const { sent, lost, state } of states) {
    counts.sent += sent;
    counts.lost += lost;
    if (state === 'failing') counts.failing += 1;
  }
  return counts;
}

/** Lost share, 0 to 1; null without probes. */
export function lossRate(states: readonly PathState[]): number | null {
  const { sent, lost } = countProbes(states);
  return sent === 0 ? null : lost / sent;
}

/** `0 of 96 probes answered`; says so when nothing was heard. */
export function answered(states: readonly PathState[]): string {
  const { sent, lost } = countProbes(states);
  return sent === 0 ? 'no reports' : `${sent - lost} of ${sent} probes answered`;
}

/** `96 timeout, 3 refused`; empty when nothing failed. */
export function failureKinds(states: readonly PathState[]): string {
  const counts = new Map<string, number>();
  for (const { outcome, count } of states.flatMap(({ failures }) => failures)) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

/** Distinct nodes that the paths come from; those with a failing one, and all. */
export function sources(states: readonly PathState[]): { failing: string[]; all: string[] } {
  const all = new Set(states.map(({ path }) => path.from.node));
  const failing = new Set(
    states.filter(({ state }) => state === 'failing').map(({ path }) => path.from.node),
  );
  return { failing: [...failing].toSorted(), all: [...all].toSorted() };
}

/** Node of a path's target; null where several may answer. */
export function targetNode({ path }: PathState): string | null {
  const { to } = path;
  switch (to.type) {
    case 'agent':
    case 'dns-pod':
      return to.node;
    case 'service':
      return to.backend?.node ?? null;
    case 'dns-vip':
    case 'apiserver':
      return null;
  }
}

/** When the first of the failing paths began to fail; `nowMs` when none does. */
export function failingSince(states: readonly PathState[], nowMs: number): number {
  let sinceMs = nowMs;
  for (const { state, sinceMs: own } of states) if (state === 'failing') sinceMs = Math.min(sinceMs, own);
  return sinceMs;
}
