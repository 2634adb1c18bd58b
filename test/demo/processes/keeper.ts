import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startTimeOf } from './process-start-time.ts';

/** Cleans up behind a demo that is killed: a small process that notices when its standard input ends. */
export interface Keeper {
  watch(pid: number): void;
  forget(pid: number): void;
  /** Directory to remove with everything in it. */
  remove(directory: string): void;
  /** Leaves that directory after all. */
  keep(directory: string): void;
  /** Lets the keeper do its work now and waits for it. */
  close(): Promise<void>;
}

export function startKeeper(): Keeper {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'keeper-main.ts')], {
    // A process group of its own: Ctrl-C at the terminal does not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  const say = (...words: (string | number)[]): void => void child.stdin.write(`${words.join('\t')}\n`);
  return {
    watch(pid) {
      const startTime = startTimeOf(pid);
      if (startTime !== null) say('pid', pid, startTime);
    },
    forget: (pid) => say('gone', pid),
    remove: (directory) => say('dir', directory),
    keep: (directory) => say('keep', directory),
    async close() {
      const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
      child.stdin.end();
      await ended;
    },
  };
}
