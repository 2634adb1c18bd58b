import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';

/** Numbers in [0, 1) from a seed; the same seed gives the same schedule. */
export type Random = () => number;

/** Mulberry32 (public domain): small, fast, good enough to choose between schedules. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A process of the schedule. A crashed one never runs again; what it had in flight may still take effect. */
export interface Process {
  name: string;
  crashed: boolean;
}

interface PendingCall {
  process: Process;
  label: string;
  run: () => Promise<void>;
}

interface PendingTimer {
  atMs: number;
  order: number;
  process: Process | null;
  fire: () => void;
}

export interface Schedule {
  random: Random;
  /** Store's and everybody's virtual time, milliseconds. */
  nowMs(): number;
  /** Clock of a process: timers of a crashed process never fire; `skewMs` shifts its wall clock only. */
  clockOf(process: Process, skewMs: number): Clock;
  /** Puts a call of a process up for scheduling; resolves when it was chosen and has run. Never resolves once the process crashed. */
  call<T>(process: Process, label: string, run: () => Promise<T>): Promise<T>;
  /** Holds a process's call back for so long: the zombie. */
  delay(process: Process, delayMs: number): Promise<void>;
  /** Runs until nothing is pending or virtual time passes `untilMs`. */
  run(untilMs: number): Promise<void>;
  trace: string[];
}

/** Of one stretch of virtual time; more is a livelock. */
const maxTurns = 3000;

/**
 * Cooperative scheduler over real ports: exactly one port call runs at a time, chosen by the seed among all processes that
 * want one; virtual time moves only when nobody wants anything. So each seed is one interleaving, and it can be repeated.
 */
export function createSchedule(seed: number, startMs: number): Schedule {
  const random = seededRandom(seed);
  const calls: PendingCall[] = [];
  const timers: PendingTimer[] = [];
  const trace: string[] = [];
  let nowMs = startMs;
  let order = 0;

  function addTimer(process: Process | null, delayMs: number, fire: () => void): Timer {
    order += 1;
    const timer = { atMs: nowMs + Math.max(0, delayMs), order, process, fire };
    timers.push(timer);
    return {
      cancel() {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      },
    };
  }

  /** What is left between two port calls is microtasks only; one macrotask lets all of them run. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  async function step(untilMs: number): Promise<boolean> {
    await settle();
    const ready = calls.filter((c) => !c.process.crashed);
    if (ready.length > 0) {
      const chosen = ready[Math.floor(random() * ready.length)];
      if (chosen === undefined) return true;
      calls.splice(calls.indexOf(chosen), 1);
      trace.push(`${((nowMs - startMs) / 1000).toFixed(1)}s ${chosen.process.name} ${chosen.label}`);
      await chosen.run();
      return true;
    }
    const next = timers
      .filter((t) => t.process?.crashed !== true)
      .toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
    if (next === undefined || next.atMs > untilMs) return false;
    timers.splice(timers.indexOf(next), 1);
    nowMs = Math.max(nowMs, next.atMs);
    next.fire();
    return true;
  }

  return {
    random,
    trace,
    nowMs: () => nowMs,
    clockOf: (process, skewMs) => ({
      nowMs: () => nowMs + skewMs,
      monotonicMs: () => nowMs - startMs,
      after: (delayMs, run) => addTimer(process, delayMs, run),
    }),
    call(process, label, run) {
      return new Promise((resolve, reject) => {
        if (process.crashed) return;
        calls.push({
          process,
          label,
          async run() {
            try {
              const value = await run();
              if (!process.crashed) resolve(value);
            } catch (error) {
              if (!process.crashed) reject(error instanceof Error ? error : new Error(String(error)));
            }
          },
        });
      });
    },
    delay: (process, delayMs) => new Promise((resolve) => void addTimer(process, delayMs, resolve)),
    async run(untilMs) {
      for (let turn = 0; turn < maxTurns; turn += 1) {
        if (!(await step(untilMs))) {
          nowMs = Math.max(nowMs, untilMs);
          return;
        }
      }
      throw new Error(`no end after ${maxTurns} turns; the last ones: ${trace.slice(-10).join(' | ')}`);
    },
  };
}
