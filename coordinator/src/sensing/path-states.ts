import type { PathState } from '../domain/network.ts';
import type { PathVerdict } from './health.ts';
import { judgePath, unknownVerdict } from './health.ts';
import type { PathHistory, PathSample } from './path-history.ts';
import type { NetworkPlan, PlannedPath } from './plan.ts';
import type { SensingSettings } from './settings.ts';

const knownTwins = new WeakMap<NetworkPlan, Map<string, string[]>>();

/** Judges every planned path; verdicts of paths that left the plan are dropped. */
export function judgePaths(
  before: ReadonlyMap<string, PathVerdict>,
  plan: NetworkPlan,
  histories: ReadonlyMap<string, PathHistory>,
  nowMs: number,
  settings: SensingSettings,
): Map<string, PathVerdict> {
  const verdicts = new Map<string, PathVerdict>();
  const twins = knownTwins.get(plan) ?? twinsOf(plan);
  knownTwins.set(plan, twins);
  for (const [id, planned] of plan.paths) {
    const history = histories.get(id);
    const samples = history?.signature === planned.signature ? history.samples : [];
    const own = settingsFor(planned, settings);
    const earlier = earlierVerdict(before.get(id), planned.signature, nowMs);
    verdicts.set(id, {
      ...judgePath(earlier, samples, () => addUp(twins.get(id) ?? [], plan, histories), nowMs, own),
      signature: planned.signature,
    });
  }
  return verdicts;
}

/**
 * A probe with large packets comes seldom, but says as much as several others: large packets vanished, or arrived, while
 * small ones were there to compare with.
 */
function settingsFor({ path, probe }: PlannedPath, settings: SensingSettings): SensingSettings {
  if (path.kind !== 'mtu') return settings;
  const silentAfterWindows = Math.ceil((3 * probe.intervalMs) / settings.windowMs) + 1;
  return { ...settings, silentAfterWindows, fastLostProbes: 2, cleanProbes: 2, cleanWindows: 2 };
}

/** All protocols between the same two ends: the path's id without its protocol. */
function twinsOf(plan: NetworkPlan): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  const byPath = new Map<string, string[]>();
  for (const id of plan.paths.keys()) {
    const [kind, , ...ends] = id.split('|');
    const key = [kind, ...ends].join('|');
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(id);
    byPath.set(id, group);
  }
  return byPath;
}

/** Windows of these paths added up report by report. */
function addUp(
  ids: readonly string[],
  plan: NetworkPlan,
  histories: ReadonlyMap<string, PathHistory>,
): PathSample[] {
  const byReport = new Map<number, PathSample>();
  for (const id of ids) {
    const history = histories.get(id);
    if (history === undefined || history.signature !== plan.paths.get(id)?.signature) continue;
    for (const sample of history.samples) {
      const sum = byReport.get(sample.receivedMs);
      const { sent, lost } = sample;
      byReport.set(
        sample.receivedMs,
        sum === undefined ? sample : { ...sum, sent: sum.sent + sent, lost: sum.lost + lost },
      );
    }
  }
  return [...byReport.values()].toSorted((a, b) => a.receivedMs - b.receivedMs);
}

/** A path to a new pod starts over, unless it was failing: that is over only when it is seen to work. */
function earlierVerdict(before: PathVerdict | undefined, signature: string, nowMs: number): PathVerdict {
  const same = before !== undefined && (before.signature === signature || before.loss !== 'none');
  return same ? before : unknownVerdict(nowMs);
}

/**
 * The windows that tell how a path is now: since it fails, or since it stopped to; for a healthy one since the first of the present failures
 * began (so that both cover the same time), but never from before its own recovery, and at least the last three.
 */
export function presentSamples(
  verdict: PathVerdict,
  samples: readonly PathSample[],
  horizonMs: number,
): readonly PathSample[] {
  if (verdict.state === 'failing') {
    const since = samples.filter((sample) => sample.receivedMs > verdict.sinceMs);
    const lastLossy = since.findLastIndex((sample) => sample.lost > 0);
    // Losing nothing any more: what it lost before must not be explained anew while others are back already.
    if (verdict.loss === 'full' && lastLossy < since.length - 1) return since.slice(lastLossy + 1);
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
      ...sizeLossOf(verdict, present),
    };
  });
}

/** What the latest probes found out about sizes: a size that passes is known from UDP only. */
function sizeLossOf(verdict: PathVerdict, samples: readonly PathSample[]): Pick<PathState, 'sizeLoss'> {
  if (verdict.state !== 'failing') return {};
  const sizeLoss = samples.findLast((sample) => sample.sizeLoss !== undefined)?.sizeLoss;
  return sizeLoss === undefined ? {} : { sizeLoss };
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
