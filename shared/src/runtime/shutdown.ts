import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { Logger } from './logger.ts';

/** How a shutdown ended; `unfinished` names the closers that had not returned when the time was over. */
export type ShutdownResult =
  | { kind: 'clean' }
  | { kind: 'failed'; failed: string[] }
  | { kind: 'timed-out'; unfinished: string[]; failed: string[] };

export interface ShutdownOptions {
  logger: Logger;
  /** Bound on all closers together. */
  totalMs: number;
  clock?: Clock;
  exit?: (code: number) => void;
}

export interface Shutdown {
  /** Registers a closer; the last one registered closes first. Returns a function that takes it out again. */
  add(name: string, close: () => Promise<void> | void): () => void;
  /** Closes everything once; later calls get the first one's result. */
  run(reason: string): Promise<ShutdownResult>;
  /** SIGTERM and SIGINT run the shutdown and exit; a second signal exits at once. Returns a function that undoes it. */
  onSignals(target?: NodeJS.EventEmitter): () => void;
}

/** Orderly end of a process: closers in reverse order of registration, one after the other, within one total bound. */
export function createShutdown(options: ShutdownOptions): Shutdown {
  const { logger, totalMs } = options;
  const clock = options.clock ?? systemClock;
  const exit = options.exit ?? ((code: number) => process.exit(code));
  const closers: { name: string; close: () => Promise<void> | void }[] = [];
  let running: Promise<ShutdownResult> | null = null;

  async function closeAll(reason: string): Promise<ShutdownResult> {
    logger.info({ reason }, 'shutting down');
    const pending = closers.toReversed();
    const failed: string[] = [];
    const expiry = new AbortController();
    const closing = (async () => {
      while (!expiry.signal.aborted) {
        const next = pending[0];
        if (next === undefined) return;
        try {
          await next.close();
        } catch (error) {
          failed.push(next.name);
          logger.error({ err: error, closer: next.name }, 'closing failed');
        }
        pending.shift();
      }
    })();
    const bound = new Promise<void>((resolve) => {
      const timer = clock.after(totalMs, () => {
        expiry.abort();
        resolve();
      });
      void closing.then(() => {
        timer.cancel();
        resolve();
      });
    });
    await bound;
    if (pending.length > 0) {
      const unfinished = pending.map((closer) => closer.name);
      logger.error({ unfinished }, 'shutdown took too long');
      return { kind: 'timed-out', unfinished, failed };
    }
    return failed.length > 0 ? { kind: 'failed', failed } : { kind: 'clean' };
  }

  const shutdown: Shutdown = {
    add(name, close) {
      const closer = { name, close };
      closers.push(closer);
      return () => {
        const index = closers.indexOf(closer);
        if (index >= 0) closers.splice(index, 1);
      };
    },
    run(reason) {
      running ??= closeAll(reason);
      return running;
    },
    onSignals(target = process) {
      const handle = (signal: NodeJS.Signals): void => {
        if (running !== null) {
          exit(signal === 'SIGINT' ? 130 : 143);
          return;
        }
        void shutdown.run(signal).then((result) => exit(result.kind === 'clean' ? 0 : 1));
      };
      target.on('SIGTERM', handle);
      target.on('SIGINT', handle);
      return () => {
        target.off('SIGTERM', handle);
        target.off('SIGINT', handle);
      };
    },
  };
  return shutdown;
}
