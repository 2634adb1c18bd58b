import type { HostReading } from '@pathmedic/shared/contract/host-reading.ts';
import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';

/** Between two looks at the kernel's files, and how long an unchanged reading is not told again. */
const lookEveryMs = 15_000;
const repeatAfterMs = 60_000;
/** Amounts change all the time: only their share of the limit, in tenths, is news. */
const shareSteps = 10;

export interface HostLoopOptions {
  clock: Clock;
  read: () => Promise<HostReading>;
}

export interface HostLoop {
  start(): void;
  /** The reading to be reported now: a changed one at once, any other now and then; null when there is nothing to tell. */
  take(): HostReading | null;
  stop(): void;
}

/** Looks at this machine now and then. */
export function createHostLoop({ clock, read }: HostLoopOptions): HostLoop {
  let latest: HostReading | null = null;
  let told: { fingerprint: string; atMs: number } | null = null;
  let timer: Timer | null = null;
  let stopped = false;

  async function look(): Promise<void> {
    const reading = await read();
    if (stopped) return;
    latest = reading;
    timer = clock.after(lookEveryMs, () => void look());
  }

  return {
    start: () => void look(),
    take() {
      if (latest === null) return null;
      const fingerprint = fingerprintOf(latest);
      const nowMs = clock.monotonicMs();
      const known = told?.fingerprint === fingerprint && nowMs - told.atMs < repeatAfterMs;
      if (known) return null;
      told = { fingerprint, atMs: nowMs };
      return latest;
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

function fingerprintOf(reading: HostReading): string {
  const { conntrack, neighbours } = reading;
  return JSON.stringify({
    ...reading,
    conntrack: conntrack === null ? null : share(conntrack.count, conntrack.max),
    neighbours: neighbours === null ? null : share(neighbours.entries, neighbours.max),
  });
}

function share(amount: number, max: number): number {
  return max === 0 ? 0 : Math.floor((amount * shareSteps) / max);
}
