import type { OutcomeKind, ProbeOutcome, ProbePhase } from '@pathmedic/shared/contract/outcome.ts';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { errnoOf, outcomeOfErrno } from './errno.ts';

/** One running probe, as a prober sees it. Only the first `end` or `fail` counts. */
export interface Attempt {
  /** Notes how far the probe came. */
  reached(phase: ProbePhase): void;
  end(kind: OutcomeKind, detail?: string): void;
  /** Whether it has ended: what it held is released, and late callbacks must not touch it. */
  over(): boolean;
  /** Ends with what a system error means. */
  fail(error: unknown): void;
  /** Something odd arrived that may not be the answer: what to say instead of `timeout` if nothing else comes. */
  suspect(kind: OutcomeKind, detail: string): void;
  /** Releases what the probe holds; runs once, when it has ended. */
  cleanup(release: () => void): void;
}

const maxDetailLength = 120;
/** Timers of a healthy process are this exact. */
const noticeableMs = 5;
/** Least time given back: an exchange takes a few turns of the event loop. */
const leastGraceMs = 20;
/** Silence after a deadline noticed this much too late says nothing about the network. */
const starvedAfterMs = 250;

/**
 * Runs one probe against its deadline. Never throws and always releases; the outcome's time runs from the call to the
 * end of the exchange.
 */
export function attempt(
  clock: Clock,
  timeoutMs: number,
  start: (attempt: Attempt) => void,
): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const startedMs = clock.monotonicMs();
    const releases: (() => void)[] = [];
    let phase: ProbePhase = 'local';
    let ended = false;
    let suspicion: { kind: OutcomeKind; detail: string } | null = null;

    const end = (kind: OutcomeKind, detail?: string): void => {
      if (ended) return;
      ended = true;
      deadline.cancel();
      const rttSeconds = (clock.monotonicMs() - startedMs) / 1000;
      for (const release of releases) release();
      resolve({
        kind,
        phase: kind === 'ok' ? 'done' : phase,
        rttSeconds,
        ...(detail === undefined ? {} : { detail: detail.slice(0, maxDetailLength) }),
      });
    };
    const fail = (error: unknown): void => {
      const code = errnoOf(error);
      end(outcomeOfErrno(code), code);
    };
    const expire = (lateMs: number): void => {
      if (lateMs > starvedAfterMs)
        end('local-error', `starved: deadline noticed ${Math.round(lateMs)} ms late`);
      else if (suspicion !== null) end(suspicion.kind, suspicion.detail);
      else end('timeout');
    };
    let deadline = clock.after(timeoutMs, () => {
      const lateMs = clock.monotonicMs() - startedMs - timeoutMs;
      // Time in which this process stood still is given back: the peer may have answered long ago.
      if (lateMs > noticeableMs) {
        const graceMs = Math.min(Math.max(lateMs, leastGraceMs), timeoutMs);
        deadline = clock.after(graceMs, () => expire(lateMs));
        return;
      }
      // Timers run before the kernel is asked for what has arrived: let that be read first.
      setImmediate(expire, lateMs);
    });

    try {
      start({
        reached: (next) => {
          if (!ended) phase = next;
        },
        end,
        over: () => ended,
        fail,
        suspect: (kind, detail) => {
          suspicion = { kind, detail };
        },
        cleanup: (release) => {
          if (ended) release();
          else releases.push(release);
        },
      });
    } catch (error) {
      fail(error);
    }
  });
}
