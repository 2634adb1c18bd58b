import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop ran timers since the last `take`. */
export interface LagReading {
  maxMs: number;
  p99Ms: number;
}

export interface LagSampler {
  /** The lag since the last call (or since the start), then starts over. */
  take(): LagReading;
  stop(): void;
}

/** Samples the event loop's lag with a native timer each `resolutionMs`; that resolution is already subtracted. */
export function startLagSampler(resolutionMs = 50): LagSampler {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    take() {
      // The histogram holds whole timer periods in nanoseconds, so an idle loop reads about one resolution.
      const overMs = (nanoseconds: number): number =>
        Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - resolutionMs) : 0;
      const empty = histogram.count === 0;
      const reading = empty
        ? { maxMs: 0, p99Ms: 0 }
        : { maxMs: overMs(histogram.max), p99Ms: overMs(histogram.percentile(99)) };
      histogram.reset();
      return reading;
    },
    stop: () => void histogram.disable(),
  };
}
