import type { Report } from '@pathmedic/shared/contract/report.ts';

/** A report waiting to be delivered; the count of lost windows is filled in when it is sent. */
export type SpooledReport = Omit<Report, 'droppedWindows'>;

/** Bounded store of undelivered reports. */
export interface Spool {
  /** Adds one; the oldest makes room when full. */
  push(report: SpooledReport): void;
  /** The newest undelivered report: after an outage what is true now matters most. */
  newest(): SpooledReport | null;
  remove(report: SpooledReport): void;
  size(): number;
  /** Windows lost since `acknowledgeDropped`. */
  dropped(): number;
  /** A report that said `count` windows were lost has been delivered. */
  acknowledgeDropped(count: number): void;
}

export function createSpool(capacity: number): Spool {
  const reports: SpooledReport[] = [];
  let dropped = 0;
  return {
    push(report) {
      reports.push(report);
      while (reports.length > capacity) {
        reports.shift();
        dropped += 1;
      }
    },
    newest: () => reports.at(-1) ?? null,
    remove(report) {
      const index = reports.lastIndexOf(report);
      if (index >= 0) reports.splice(index, 1);
    },
    size: () => reports.length,
    dropped: () => dropped,
    acknowledgeDropped(count) {
      dropped = Math.max(0, dropped - count);
    },
  };
}
