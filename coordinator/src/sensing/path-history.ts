import type { SizeLoss } from '@pathmedic/shared/contract/outcome.ts';
import type { PathWindow } from '@pathmedic/shared/contract/report.ts';
import type { PathKind } from '../domain/path.ts';

/** One window of one path as it counts for judgement: probes that ended for local reasons are not in it. */
export interface PathSample {
  receivedMs: number;
  windowMs: number;
  sent: number;
  lost: number;
  failures: ReadonlyMap<string, number>;
  /** On mtu paths that lost large packets: which ones. */
  sizeLoss?: SizeLoss;
}

/** What a window says about its path; `silent`: nothing at all, `other-trouble`: not about what this path tests. */
export type WindowReading =
  | { kind: 'sample'; sample: PathSample }
  | { kind: 'silent' }
  | { kind: 'other-trouble' };

/**
 * Reads a window. Probes that ended for local reasons say nothing about the network. On a path with large packets,
 * those that failed in any other way than for their size say nothing about sizes: the small-packet paths tell of that.
 */
export function readWindow(
  window: PathWindow,
  kind: PathKind,
  at: { receivedMs: number; windowMs: number },
): WindowReading {
  const failures = new Map<string, number>();
  for (const [outcome, count] of Object.entries(window.failures)) {
    const counts = kind === 'mtu' ? outcome === 'large-lost' : outcome !== 'local-error';
    if (counts && count !== undefined && count > 0) failures.set(outcome, count);
  }
  const local = window.failures['local-error'] ?? 0;
  const judged = window.sent - local;
  if (judged <= 0) return { kind: 'silent' };
  const lost =
    kind === 'mtu' ? (window.failures['large-lost'] ?? 0) : Math.max(0, Math.min(judged, judged - window.ok));
  const sent = kind === 'mtu' ? window.ok + lost : judged;
  if (sent <= 0) return { kind: 'other-trouble' };
  const { sizeLoss } = window;
  return {
    kind: 'sample',
    sample: { ...at, sent, lost, failures, ...(sizeLoss === undefined ? {} : { sizeLoss }) },
  };
}

/** The latest windows of one path between the same two pods, oldest first. */
export interface PathHistory {
  signature: string;
  samples: PathSample[];
}

/** The history with one more sample: another signature starts over, the oldest go. */
export function addSample(
  history: PathHistory | undefined,
  signature: string,
  sample: PathSample,
  keep: number,
): PathHistory {
  const before = history?.signature === signature ? history.samples : [];
  return { signature, samples: [...before, sample].slice(-keep) };
}
