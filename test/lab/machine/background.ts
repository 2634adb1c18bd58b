import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { makeGroup } from './cgroups.ts';
import { plainEnv } from './run-command.ts';

export interface BackgroundRun {
  group: string;
  command: readonly string[];
  /** Gets what it prints; begun anew. */
  logFile: string;
  /** Resolves with the exit code once it ended; 1 when it could not be started. */
  ended: Promise<number>;
}

/** Starts a program that outlives this one, as a member of the group from its first instruction on. */
export async function startInBackground(
  group: string,
  command: readonly string[],
  logFile: string,
): Promise<BackgroundRun> {
  const files = await makeGroup(group);
  const log = openSync(logFile, 'w');
  const enter = `for group in ${files.join(' ')}; do echo $$ > "$group" || exit 1; done; exec "$@"`;
  const child = spawn('sh', ['-c', enter, 'sh', ...command], {
    env: plainEnv,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
  return { group, command, logFile, ended };
}
