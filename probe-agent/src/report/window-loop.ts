import type { HostReading } from '@pathmedic/shared/contract/host-reading.ts';
import type { AgentIdentity } from '@pathmedic/shared/contract/identity.ts';
import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { LagReading, LagSampler } from '@pathmedic/shared/runtime/lag.ts';
import type { SkipReason } from '../schedule/scheduler.ts';
import type { ThrottlingReader } from './cpu-throttling.ts';
import { impairmentOf } from './impairment.ts';
import type { SpooledReport } from './spool.ts';
import type { WindowBuilder } from './window-builder.ts';

export interface WindowLoopOptions {
  clock: Clock;
  random: () => number;
  identity: AgentIdentity;
  windows: WindowBuilder;
  lag: () => LagSampler;
  throttledMs: ThrottlingReader;
  /** What the machine says of itself, when that is to be told. */
  host: () => HostReading | null;
  /** Empty until the first plan. */
  planVersion: () => string;
  onWindow: (report: SpooledReport, lag: LagReading) => void;
}

export interface WindowLoop {
  start(): void;
  setWindowMs(windowMs: number): void;
  observe(outcome: ProbeOutcome): void;
  observeSkipped(reason: SkipReason, count: number): void;
  stop(): void;
}

const windowMsWithoutPlan = 5_000;
/** Longest window that a report may carry (contract); a process stopped for longer reports what it can. */
const maxWindowMs = 120_000;

/** Closes a window at a time and numbers it. An agent without a plan reports empty windows: it is alive. */
export function createWindowLoop(options: WindowLoopOptions): WindowLoop {
  const { clock } = options;
  let windowMs = windowMsWithoutPlan;
  let seq = 0;
  let startedAtMs = 0;
  let startedMonotonicMs = 0;
  let seen = { sent: 0, localErrors: 0, skippedLate: 0, skippedBusy: 0 };
  let timer: Timer | null = null;
  let lag: LagSampler | null = null;

  function open(): void {
    startedAtMs = clock.nowMs();
    startedMonotonicMs = clock.monotonicMs();
    seen = { sent: 0, localErrors: 0, skippedLate: 0, skippedBusy: 0 };
  }

  function close(): void {
    const reading = lag?.take() ?? { maxMs: 0 };
    const lastedMs = Math.round(clock.monotonicMs() - startedMonotonicMs);
    const impaired = impairmentOf({
      ...seen,
      windowMs: lastedMs,
      maxLagMs: reading.maxMs,
      throttledMs: options.throttledMs(),
    });
    const host = options.host();
    const report: SpooledReport = {
      schema: 1,
      agent: options.identity,
      seq: seq++,
      planVersion: options.planVersion(),
      windowStartedAtMs: startedAtMs,
      windowMs: Math.min(maxWindowMs, Math.max(100, lastedMs)),
      ...(impaired === null ? {} : { impaired }),
      ...(host === null ? {} : { host }),
      ...options.windows.take(),
    };
    open();
    options.onWindow(report, reading);
  }

  function closeAfter(delayMs: number): void {
    timer = clock.after(delayMs, () => {
      close();
      closeAfter(windowMs);
    });
  }

  return {
    start() {
      lag = options.lag();
      options.throttledMs();
      open();
      // Agents that start together (a rollout, a power cut) must not report together for ever after.
      closeAfter(100 + options.random() * (windowMs - 100));
    },
    setWindowMs(next) {
      if (next === windowMs) return;
      windowMs = next;
      if (timer === null) return;
      timer.cancel();
      closeAfter(Math.max(100, options.random() * windowMs));
    },
    observe(outcome) {
      seen.sent += 1;
      if (outcome.kind === 'local-error') seen.localErrors += 1;
    },
    observeSkipped(reason, count) {
      if (reason === 'late') seen.skippedLate += count;
      else seen.skippedBusy += count;
    },
    stop() {
      timer?.cancel();
      timer = null;
      lag?.stop();
    },
  };
}
