import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';

/** A clock whose timers all end with the cluster, so that nothing runs after `stop`. */
export interface ControllerClock extends Clock {
  stop(): void;
}

export function createControllerClock(clock: Clock): ControllerClock {
  const pending = new Set<Timer>();
  let stopped = false;
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    after(delayMs, run) {
      if (stopped) return { cancel: () => {} };
      const timer = clock.after(delayMs, () => {
        pending.delete(timer);
        run();
      });
      pending.add(timer);
      return {
        cancel() {
          pending.delete(timer);
          timer.cancel();
        },
      };
    },
    stop() {
      stopped = true;
      for (const timer of pending) timer.cancel();
      pending.clear();
    },
  };
}
