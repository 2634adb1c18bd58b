import { StoreUnavailable } from '@pathmedic/coordinator/ports/store-unavailable.ts';
import type { Process, Random, Schedule } from './schedule.ts';

/** The fault model around every port call of a process. */
export type Fault =
  | 'none'
  | 'crash-before'
  | 'crash-after'
  | 'lost-call'
  | 'lost-reply'
  | 'duplicate'
  | 'delay';

/** Chance of each fault a call; the rest is `none`. */
export type FaultRates = Partial<Record<Exclude<Fault, 'none'>, number>>;

export const noFaults: FaultRates = {};
export const roughWeather: FaultRates = {
  'crash-before': 0.002,
  'crash-after': 0.004,
  'lost-call': 0.006,
  'lost-reply': 0.008,
  duplicate: 0.003,
  delay: 0.01,
};

const delaysMs = [200, 5_000, 40_000, 90_000];

function choose(rates: FaultRates, random: Random): Fault {
  let at = random();
  for (const [fault, rate] of Object.entries(rates)) {
    at -= rate;
    // The keys of FaultRates are faults.
    if (at < 0) return fault as Fault;
  }
  return 'none';
}

/** What a port's caller gets when the call or its answer was lost: each port says it in its own way. */
export type OnLost<T> = (method: string) => T;

/** For ports that throw (the store, the queue). */
export const throwsUnavailable: OnLost<never> = (method) => {
  throw new StoreUnavailable(`${method}: no answer`);
};

/**
 * Wraps a port: each method becomes a scheduling point and may go wrong.
 */
export function faulty<P extends object>(
  name: string,
  port: P,
  process: Process,
  schedule: Schedule,
  rates: () => FaultRates,
  how: {
    onLost: OnLost<unknown>;
    crash: (process: Process) => void;
    onHeldBack: (heldBackMs: number) => void;
  },
): P {
  async function perform(method: string, run: () => Promise<unknown>): Promise<unknown> {
    const fault = choose(rates(), schedule.random);
    if (fault === 'crash-before') {
      how.crash(process);
      return undefined;
    }
    if (fault === 'lost-call') return how.onLost(method);
    if (fault === 'duplicate') await run();
    const value = await run();
    if (fault === 'crash-after') how.crash(process);
    if (fault === 'lost-reply') return how.onLost(method);
    return value;
  }
  return new Proxy(port, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (typeof member !== 'function' || typeof key !== 'string') return member;
      return async (...args: unknown[]) => {
        const label = `${name}.${key}`;
        if (choose({ delay: rates().delay ?? 0 }, schedule.random) === 'delay') {
          const delayMs = delaysMs[Math.floor(schedule.random() * delaysMs.length)] ?? 200;
          schedule.trace.push(`   ${process.name} ${label} held back ${delayMs} ms`);
          how.onHeldBack(delayMs);
          await schedule.delay(process, delayMs);
        }
        return schedule.call(process, label, () =>
          perform(label, async () => {
            const result: unknown = await Reflect.apply(member, target, args);
            return result;
          }),
        );
      };
    },
  });
}
