import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Keeper } from './keeper.ts';

export interface ChildOptions {
  /** For messages and the name of the log file. */
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment beside what every program needs. */
  env?: Readonly<Record<string, string>>;
  /** Opens a channel for messages. */
  ipc?: boolean;
  /** SIGTERM, and SIGKILL after this. */
  stopWithinMs?: number;
}

/** A process of the demo; its output is in a file. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when it has ended, with the exit code or the signal. */
  readonly ended: Promise<string>;
  readonly running: () => boolean;
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): void;
  stop(): Promise<void>;
  /** Last lines of what it printed. */
  lastWords(lines: number): Promise<string>;
}

export interface Children {
  start(options: ChildOptions): Child;
  /** True from `stopAll` on: who ends now, ends in order. */
  stopping(): boolean;
  /** Ends all of them, the newest first. */
  stopAll(): Promise<void>;
}

const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR'];

/** Starts processes that end with the demo. */
export function createChildren(keeper: Keeper, logDirectory: string): Children {
  const children: Child[] = [];
  let stopping = false;
  return {
    stopping: () => stopping,
    start(options) {
      const child = startChild(options, keeper, logDirectory);
      children.push(child);
      return child;
    },
    async stopAll() {
      stopping = true;
      for (const child of children.toReversed()) await child.stop();
    },
  };
}

function startChild(options: ChildOptions, keeper: Keeper, logDirectory: string): Child {
  const logFile = join(logDirectory, `${options.name}.log`);
  const log = openSync(logFile, 'a');
  const known = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const child = spawn(options.command, options.args, {
    cwd: logDirectory,
    env: { ...Object.fromEntries(known), ...options.env },
    // Ctrl-C at the terminal is for the demo, which ends its processes in order.
    detached: true,
    stdio: options.ipc === true ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
  });
  closeSync(log);
  const { pid } = child;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`));
  });
  if (pid !== undefined) {
    keeper.watch(pid);
    void ended.then(() => keeper.forget(pid));
  }
  const running = (): boolean => pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    name: options.name,
    pid: pid ?? -1,
    logFile,
    ended,
    running,
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    async stop() {
      if (!running()) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), options.stopWithinMs ?? 5_000);
      if (running()) await once(child, 'exit');
      clearTimeout(timer);
    },
    async lastWords(lines) {
      const text = await readFile(logFile, 'utf8').catch(() => '');
      return text.trimEnd().split('\n').slice(-lines).join('\n');
    },
  };
}
