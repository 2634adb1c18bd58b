import type { Clock } from '@pathmedic/shared/runtime/clock.ts';

/** Tells listeners that something visible changed; they look for themselves what. */
export interface ChangeFeed {
  changed(): void;
  /** Returns how to stop listening. */
  listen(onChange: () => void): () => void;
  /**
   * Resolves with the first value of `look` that is neither undefined nor false, looking again after
   * every change. @throws Error when `timeoutMs` passes, naming `what`.
   */
  until<T>(what: string, look: () => T | undefined | false, timeoutMs: number): Promise<T>;
}

export function createChangeFeed(clock: Clock): ChangeFeed {
  const listeners = new Set<() => void>();
  const listen = (onChange: () => void): (() => void) => {
    listeners.add(onChange);
    return () => void listeners.delete(onChange);
  };
  return {
    changed() {
      for (const listener of [...listeners]) listener();
    },
    listen,
    until(what, look, timeoutMs) {
      return new Promise((resolve, reject) => {
        const check = (): boolean => {
          const found = look();
          if (found === undefined || found === false) return false;
          stop();
          timer.cancel();
          resolve(found);
          return true;
        };
        const stop = listen(check);
        const timer = clock.after(timeoutMs, () => {
          stop();
          reject(new Error(`waited ${timeoutMs} ms in vain for ${what}`));
        });
        check();
      });
    },
  };
}
