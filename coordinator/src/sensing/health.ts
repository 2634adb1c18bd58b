import { binomialTail } from './binomial.ts';
import type { PathSample } from './path-history.ts';
import type { SensingSettings } from './settings.ts';

/** State of one path, with what is needed to judge its next windows. */
export interface PathVerdict {
  state: 'healthy' | 'failing' | 'unknown';
  sinceMs: number;
  /** How it was found failing: at once, or by loss that adds up over rounds. */
  loss: 'none' | 'full' | 'partial';
  /** Highest loss rate seen since it fails: tells how many clean probes show that it is over. */
  worstLoss: number;
  /** True once a probe of this path was answered. */
  everOk: boolean;
  /** When its first window came in. */
  firstMs: number | null;
  /** When it was found failing; null while it is not. */
  foundMs: number | null;
  /** Between which two pods; set by who keeps the verdicts. */
  signature: string;
}

/** A verdict before the first window. */
export function unknownVerdict(nowMs: number): PathVerdict {
  return {
    state: 'unknown',
    sinceMs: nowMs,
    loss: 'none',
    worstLoss: 0,
    everOk: false,
    firstMs: null,
    foundMs: null,
    signature: '',
  };
}

/** False-alarm probability of calling partial loss on one path. */
const partialAlpha = 1e-4;
const partialWindows = 3;

/**
 * Judges a path from its latest windows (oldest first, impaired and empty ones left out) and its verdict so far.
 * `twins` are the windows of all protocols between the same two ends added up: three of them losing a probe each say
 * as much as one losing three, and say it sooner.
 * Loss is judged as a rate: at once when whole windows are lost, else when it adds up to more than the background
 * explains. Healthy again only by clean probes, as many as the loss at hand asks for. No reports: unknown.
 */
export function judgePath(
  before: PathVerdict,
  samples: readonly PathSample[],
  twins: () => readonly PathSample[],
  nowMs: number,
  settings: SensingSettings,
): PathVerdict {
  const last = samples.at(-1);
  const staleMs = settings.windowMs * settings.silentAfterWindows;
  if (last === undefined || nowMs - last.receivedMs > staleMs) {
    if (before.state === 'unknown') return before;
    // A failing path goes on where it was when reports return.
    const sinceMs = before.loss === 'none' ? nowMs : before.sinceMs;
    return { ...before, state: 'unknown', sinceMs };
  }
  const seen: PathVerdict = {
    ...before,
    everOk: before.everOk || samples.some((sample) => sample.lost < sample.sent),
    firstMs: before.firstMs ?? samples[0]?.receivedMs ?? last.receivedMs,
  };
  const failing =
    before.loss === 'none' ? found(seen, samples, twins, settings) : stillFailing(seen, samples, settings);
  if (failing === null) return healthy(seen, samples);
  return withholdUnprovisioned({ ...failing, foundMs: seen.foundMs ?? nowMs }, nowMs, settings);
}

/** A path that never worked may just not be set up yet; it counts only after a while. */
function withholdUnprovisioned(verdict: PathVerdict, nowMs: number, settings: SensingSettings): PathVerdict {
  const waiting = !verdict.everOk && nowMs - (verdict.firstMs ?? nowMs) < settings.unprovisionedMs;
  return waiting ? { ...verdict, state: 'unknown', loss: 'none', foundMs: null } : verdict;
}

function healthy(seen: PathVerdict, samples: readonly PathSample[]): PathVerdict {
  if (seen.state === 'healthy') return seen;
  let sinceMs = samples.at(-1)?.receivedMs ?? seen.sinceMs;
  for (const sample of samples.toReversed()) {
    if (sample.lost > 0) break;
    sinceMs = sample.receivedMs - sample.windowMs;
  }
  return { ...seen, state: 'healthy', sinceMs, loss: 'none', worstLoss: 0, foundMs: null };
}

/** Is a path that was not failing failing now? */
function found(
  seen: PathVerdict,
  samples: readonly PathSample[],
  twins: () => readonly PathSample[],
  settings: SensingSettings,
): PathVerdict | null {
  const run = badRun(samples);
  const lost = Math.max(lostIn(run), run.length > 0 ? lostIn(badRun(twins())) : 0);
  if (lost >= settings.fastLostProbes) return asFailing(seen, 'full', run);
  // What was before the last recovery is another fault's loss.
  const recent = samples.filter((s) => seen.state !== 'healthy' || s.receivedMs > seen.sinceMs);
  const lossy = recent.filter((sample) => sample.lost > 0);
  if (lossy.length < partialWindows) return null;
  const sent = recent.reduce((sum, sample) => sum + sample.sent, 0);
  const lossyLost = lostIn(lossy);
  // Ten times the background: a path may be somewhat worse than the average one.
  const alarming = binomialTail(lossyLost, sent, settings.backgroundLoss * 10) < partialAlpha;
  const firstLossy = recent.findIndex((sample) => sample.lost > 0);
  return alarming ? asFailing(seen, 'partial', recent.slice(firstLossy)) : null;
}

function lostIn(samples: readonly PathSample[]): number {
  return samples.reduce((sum, sample) => sum + sample.lost, 0);
}

/** The latest windows in a row that lost at least half of their probes. */
function badRun(samples: readonly PathSample[]): PathSample[] {
  const lastGood = samples.findLastIndex((sample) => sample.lost * 2 < sample.sent);
  return samples.slice(lastGood + 1);
}

function asFailing(
  seen: PathVerdict,
  loss: 'full' | 'partial',
  evidence: readonly PathSample[],
): PathVerdict {
  const first = evidence[0];
  const startedMs = first === undefined ? seen.sinceMs : first.receivedMs - first.windowMs;
  const sent = evidence.reduce((sum, sample) => sum + sample.sent, 0);
  const rate = sent === 0 ? 0 : lostIn(evidence) / sent;
  return {
    ...seen,
    state: 'failing',
    loss,
    sinceMs: seen.loss === 'none' ? startedMs : seen.sinceMs,
    worstLoss: Math.max(seen.worstLoss, rate),
  };
}

/** Is a failing path still failing? Null when enough clean probes in a row say that it is over. */
function stillFailing(
  seen: PathVerdict,
  samples: readonly PathSample[],
  settings: SensingSettings,
): PathVerdict | null {
  const lastLossy = samples.findLastIndex((sample) => sample.lost > 0);
  const clean = samples.slice(lastLossy + 1);
  const cleanProbes = clean.reduce((sum, sample) => sum + sample.sent, 0);
  // n >= ln 0.05 / ln(1-p) probes without loss rule that loss rate out with 95 %.
  const loss = Math.min(0.95, Math.max(0.03, seen.worstLoss));
  const needed = Math.max(settings.cleanProbes, Math.ceil(Math.log(0.05) / Math.log(1 - loss)));
  // With everything that is kept clean there is no more to wait for.
  const allClean = clean.length === settings.keepWindows;
  if (allClean || (clean.length >= settings.cleanWindows && cleanProbes >= needed)) return null;
  const run = badRun(samples);
  const total = seen.loss === 'full' || lostIn(run) >= settings.fastLostProbes;
  const worst = total && run.length > 0 ? asFailing(seen, 'full', run) : seen;
  return { ...worst, state: 'failing' };
}

/**
 * Does a failing path still lose probes in its latest windows? One that stopped stays failing until enough clean probes
 * are in, but is no news.
 */
export function losesNow(verdict: PathVerdict, samples: readonly PathSample[]): boolean {
  if (verdict.state !== 'failing') return false;
  const latest = samples.slice(verdict.loss === 'full' ? -1 : -freshPartialWindows);
  return latest.some((sample) =>
    verdict.loss === 'full' ? sample.lost * 2 >= sample.sent : sample.lost > 0,
  );
}

/** Partial loss leaves clean windows between lossy ones. */
const freshPartialWindows = 8;
