import type { PathState } from '../domain/network.ts';
import type { PathVerdict } from './health.ts';
import { judgePath, unknownVerdict } from './health.ts';
import type { PathHistory, PathSample } from './path-history.ts';
import type { NetworkPlan } from './plan.ts';
import type { SensingSettings } from './settings.ts';

/** Judges every planned path; verdicts of paths that left the plan are dropped. */
export function judgePaths(
  before: ReadonlyMap<string, PathVerdict>,
  plan: NetworkPlan,
  histories: ReadonlyMap<string, PathHistory>,
  nowMs: number,
  settings: SensingSettings,
): Map<string, PathVerdict> {
  const verdicts = new Map<string, PathVerdict>();
  const twins = twinSamples(plan, histories);
  for (const [id, planned] of plan.paths) {
    const history = histories.get(id);
    const samples = history?.signature === planned.signature ? history.samples : [];
    const earlier = earlierVerdict(before.get(id), planned.signature, nowMs);
    verdicts.set(id, {
      ...judgePath(earlier, samples, twins.get(twinsKey(id)) ?? samples, nowMs, settings),
      signature: planned.signature,
    });
  }
  return verdicts;
}

/** The path's id without its protocol: the same for all protocols between the same two ends. */
function twinsKey(pathId: string): string {
  const [kind, , ...ends] = pathId.split('|');
  return `${kind}|${ends.join('|')}`;
}

/** Windows of all protocols between the same ends, added up report by report. */
function twinSamples(
  plan: NetworkPlan,
  histories: ReadonlyMap<string, PathHistory>,
): Map<string, PathSample[]> {
  const sums = new Map<string, Map<number, PathSample>>();
  for (const [id, { signature }] of plan.paths) {
    const history = histories.get(id);
    if (history?.signature !== signature) continue;
    const key = twinsKey(id);
    const byReport = sums.get(key) ?? new Map<number, PathSample>();
    sums.set(key, byReport);
    for (const sample of history.samples) {
      const sum = byReport.get(sample.receivedMs);
      const added =
        sum === undefined ? sample : { ...sum, sent: sum.sent + sample.sent, lost: sum.lost + sample.lost };
      byReport.set(sample.receivedMs, added);
    }
  }
  return new Map(
    [...sums].map(([key, byReport]) => [
      key,
      [...byReport.values()].toSorted((a, b) => a.receivedMs - b.receivedMs),
    ]),
  );
}

/** A path to a new pod starts over, unless it was failing: that is over only when it is seen to work. */
function earlierVerdict(before: PathVerdict | undefined, signature: string, nowMs: number): PathVerdict {
  const same = before !== undefined && (before.signature === signature || before.loss !== 'none');
  return same ? before : unknownVerdict(nowMs);
}

/**
 * The windows that tell how a path is now: since it fails; for a healthy one since the first of the present failures
 * began (so that both cover the same time), but never from before its own recovery, and at least the last three.
 */
export function presentSamples(
  verdict: PathVerdict,
  samples: readonly PathSample[],
  horizonMs: number,
): readonly PathSample[] {
  if (verdict.state === 'failing') {
    const since = samples.filter((sample) => sample.receivedMs > verdict.sinceMs);
    // The window in which it began is partly from before.
    return verdict.loss === 'full' && since.length > 1 ? since.slice(1) : since;
  }
  const own = samples.filter((sample) => sample.receivedMs > verdict.sinceMs);
  const inHorizon = own.filter((sample) => sample.receivedMs > horizonMs);
  return inHorizon.length >= 3 ? inHorizon : own.slice(-3);
}

/** When the earliest of the present failures began; `nowMs` when nothing fails. */
export function failureHorizon(verdicts: ReadonlyMap<string, PathVerdict>, nowMs: number): number {
  let horizonMs = nowMs;
  for (const verdict of verdicts.values()) {
    if (verdict.state === 'failing') horizonMs = Math.min(horizonMs, verdict.sinceMs);
  }
  return horizonMs;
}

/** The states of all planned paths as the snapshot shows them. */
export function pathStates(
  plan: NetworkPlan,
  verdicts: ReadonlyMap<string, PathVerdict>,
  histories: ReadonlyMap<string, PathHistory>,
  nowMs: number,
): PathState[] {
  const horizonMs = failureHorizon(verdicts, nowMs);
  return [...plan.paths.values()].map(({ path }) => {
    const verdict = verdicts.get(path.id) ?? unknownVerdict(nowMs);
    const samples = histories.get(path.id)?.samples ?? [];
    const present = presentSamples(verdict, samples, horizonMs);
    return {
      path,
      state: verdict.state,
      sent: present.reduce((sum, sample) => sum + sample.sent, 0),
      lost: present.reduce((sum, sample) => sum + sample.lost, 0),
      failures: countFailures(present),
      sinceMs: verdict.sinceMs,
      lastReportMs: samples.at(-1)?.receivedMs ?? null,
    };
  });
}

function countFailures(samples: readonly PathSample[]): PathState['failures'] {
  const counts = new Map<string, number>();
  for (const sample of samples) {
    for (const [outcome, count] of sample.failures) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  }
  return [...counts]
    .map(([outcome, count]) => ({ outcome, count }))
    .toSorted((a, b) => b.count - a.count || (a.outcome < b.outcome ? -1 : 1));
}
