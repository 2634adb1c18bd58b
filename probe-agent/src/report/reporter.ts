import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import { ReportAccepted } from '@pathmedic/shared/contract/report.ts';
import type { CallResult, CoordinatorClient } from '../coordinator-client/client.ts';
import { backOffMs } from './back-off.ts';
import type { Spool, SpooledReport } from './spool.ts';

/** What became of one report. */
export type SendResult = 'accepted' | 'shed' | 'unauthorized' | 'rejected' | 'unreachable';

export interface ReporterOptions {
  clock: Clock;
  random: () => number;
  logger: Logger;
  client: CoordinatorClient;
  spool: Spool;
  onResult: (result: SendResult) => void;
  /** The coordinator named the plan version this agent should run. */
  onPlanVersion: (version: string) => void;
}

export interface Reporter {
  /** There is something new in the spool. */
  kick(): void;
  stop(): Promise<void>;
}

/** Pause between two reports out of the spool: catching up must not look like an attack. */
const catchUpPauseMs = 100;

/** Delivers what is in the spool, newest first, one at a time; waits as told, or backs off by itself. */
export function createReporter(options: ReporterOptions): Reporter {
  const { clock, spool, logger } = options;
  let failures = 0;
  let waiting: Timer | null = null;
  let sending: Promise<void> | null = null;
  let stopped = false;

  function waitThenSend(delayMs: number): void {
    waiting?.cancel();
    waiting = clock.after(delayMs, () => {
      waiting = null;
      start();
    });
  }

  function start(): void {
    if (stopped || sending !== null || waiting !== null) return;
    const report = spool.newest();
    if (report === null) return;
    sending = deliver(report).then((delayMs) => {
      sending = null;
      if (!stopped && spool.size() > 0) waitThenSend(delayMs);
    });
  }

  /** Returns how long to wait before the next one. */
  async function deliver(report: SpooledReport): Promise<number> {
    const droppedWindows = Math.min(spool.dropped(), 1_000_000);
    const result = await options.client.call({
      method: 'POST',
      path: '/v1/reports',
      body: { ...report, droppedWindows },
    });
    options.onResult(result.kind === 'ok' ? 'accepted' : result.kind);
    if (result.kind === 'ok') {
      spool.remove(report);
      spool.acknowledgeDropped(droppedWindows);
      const accepted = ReportAccepted.safeParse(result.json);
      if (accepted.success) options.onPlanVersion(accepted.data.planVersion);
    }
    return nextDelayMs(report, result);
  }

  function nextDelayMs(report: SpooledReport, result: CallResult): number {
    if (result.kind === 'ok') {
      if (failures > 0) logger.info({ failures, spooled: spool.size() }, 'reports are accepted again');
      failures = 0;
      return catchUpPauseMs;
    }
    if (failures === 0) logger.warn({ result, seq: report.seq }, 'report not accepted');
    failures += 1;
    switch (result.kind) {
      case 'rejected':
        spool.remove(report);
        return backOffMs(failures, options.random());
      case 'shed':
        return result.afterMs;
      case 'unauthorized':
      case 'unreachable':
        return backOffMs(failures, options.random());
    }
  }

  return {
    kick: start,
    async stop() {
      stopped = true;
      waiting?.cancel();
      await sending;
    },
  };
}
