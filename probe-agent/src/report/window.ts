import type { ProbeOutcome, SizeLoss } from '@pathmedic/shared/contract/outcome.ts';
import type { PathWindow } from '@pathmedic/shared/contract/report.ts';

const maxSamples = 3;
/** A path is probed a few times a window, 200 times in the largest check. */
const maxRtts = 256;

/** What is known of one path so far in this window. */
export interface Tally {
  readonly sent: number;
  readonly ok: number;
  readonly failures: PathWindow['failures'];
  readonly rttSeconds: readonly number[];
  readonly samples: PathWindow['samples'];
  /** Of the last probe that lost large packets. */
  readonly sizeLoss?: SizeLoss;
}

export const emptyTally: Tally = { sent: 0, ok: 0, failures: {}, rttSeconds: [], samples: [] };

/** The tally with one more outcome. Samples prefer to differ: one of each kind of failure before a second of any. */
export function addOutcome(tally: Tally, outcome: ProbeOutcome): Tally {
  if (outcome.kind === 'ok') {
    const rttSeconds =
      tally.rttSeconds.length < maxRtts ? [...tally.rttSeconds, outcome.rttSeconds] : tally.rttSeconds;
    return { ...tally, sent: tally.sent + 1, ok: tally.ok + 1, rttSeconds };
  }
  const failures = { ...tally.failures, [outcome.kind]: (tally.failures[outcome.kind] ?? 0) + 1 };
  const sample = {
    outcome: outcome.kind,
    phase: outcome.phase,
    ...(outcome.detail === undefined ? {} : { detail: outcome.detail }),
  };
  const { sizeLoss = tally.sizeLoss } = outcome;
  return {
    ...tally,
    sent: tally.sent + 1,
    failures,
    samples: addSample(tally.samples, sample),
    ...(sizeLoss === undefined ? {} : { sizeLoss }),
  };
}

function addSample(samples: Tally['samples'], sample: Tally['samples'][number]): Tally['samples'] {
  const same = (other: Tally['samples'][number]): boolean =>
    other.outcome === sample.outcome && other.detail === sample.detail && other.phase === sample.phase;
  return samples.length >= maxSamples || samples.some(same) ? samples : [...samples, sample];
}

/** The value below which a share of the sorted sample lies: nearest rank, exact for the small samples of a window. */
export function quantile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? 0;
}

/** The tally as it is reported. */
export function toPathWindow(pathId: string, tally: Tally): PathWindow {
  const sorted = tally.rttSeconds.toSorted((a, b) => a - b);
  return {
    pathId,
    sent: tally.sent,
    ok: tally.ok,
    failures: tally.failures,
    samples: tally.samples,
    ...(tally.sizeLoss === undefined ? {} : { sizeLoss: tally.sizeLoss }),
    ...(sorted.length === 0
      ? {}
      : {
          rtt: {
            p50Seconds: quantile(sorted, 0.5),
            p95Seconds: quantile(sorted, 0.95),
            maxSeconds: quantile(sorted, 1),
          },
        }),
  };
}
