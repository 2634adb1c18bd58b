import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import type { CommandOptions } from '../lab.ts';

export interface RunOptions extends CommandOptions {
  /** Instead of `input`: this file's content. */
  inputFile?: string;
  /** All of the environment; default is `plainEnv`. */
  env?: Record<string, string>;
  signal?: AbortSignal;
}

/** The environment of everything that runs in a lab. The caller's own would lead nodes to folders that they do not have. */
export const plainEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
};

const defaultTimeoutMs = 130_000;
/** A program that was left in the background holds the pipes; what it prints is nobody's. */
const pipesAfterExitMs = 1000;

/** What went wrong with a program: the message holds the command, how it ended and what it said. */
export class CommandError extends Error {
  override name = 'CommandError';
  /** Null: it was ended by a signal, or could not be started. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;

  constructor(command: readonly string[], how: string, ended: CommandEnd) {
    const said = ended.stderr.trim() === '' ? ended.stdout.trim() : ended.stderr.trim();
    super(`${command.join(' ')}: ${how}${said === '' ? '' : `: ${lastLines(said)}`}`);
    this.exitCode = ended.exitCode;
    this.stdout = ended.stdout;
    this.stderr = ended.stderr;
  }
}

interface CommandEnd {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program and gives its standard output. @throws CommandError unless it exits with 0 in time */
export async function runCommand(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const [program, ...args] = command;
  if (program === undefined) throw new Error('an empty command');
  options.signal?.throwIfAborted();
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  // A process group of its own: Ctrl-C reaches only the lab's command, which then decides, and a time-out ends all of it.
  const child = spawn(program, args, { env: options.env ?? plainEnv, cwd: '/', detached: true });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  feed(child.stdin, options);

  let cut: 'aborted' | 'too slow' | null = null;
  const end = (why: 'aborted' | 'too slow'): void => {
    cut ??= why;
    if (child.pid !== undefined) endGroup(child.pid);
  };
  const timer = setTimeout(() => end('too slow'), timeoutMs);
  const onAbort = (): void => end('aborted');
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
      child.once('exit', (code) => setTimeout(() => resolve(code), pipesAfterExitMs).unref());
    });
    const ended = { exitCode, stdout: text(stdout), stderr: text(stderr) };
    if (cut === 'too slow') throw new CommandError(command, `not done after ${timeoutMs / 1000} s`, ended);
    if (cut === 'aborted') options.signal?.throwIfAborted();
    if (exitCode !== 0)
      throw new CommandError(command, exitCode === null ? 'killed' : `exit code ${exitCode}`, ended);
    return ended.stdout;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Whether it exits with 0. */
export async function succeeds(command: readonly string[], options: RunOptions = {}): Promise<boolean> {
  return runCommand(command, options).then(
    () => true,
    () => false,
  );
}

/** With this terminal, for a person; gives the exit code. @throws when the program cannot be started */
export function runInTerminal(
  command: readonly string[],
  env: Record<string, string> = plainEnv,
): Promise<number> {
  const [program, ...args] = command;
  if (program === undefined) throw new Error('an empty command');
  // Ctrl-C is for the program; this process waits for it.
  const child = spawn(program, args, { env, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // As a shell counts it.
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

function feed(stdin: Writable, options: RunOptions): void {
  // A program that does not read all of it closes the pipe, which is its right.
  stdin.on('error', () => undefined);
  if (options.inputFile === undefined) {
    stdin.end(options.input ?? '');
    return;
  }
  createReadStream(options.inputFile)
    .on('error', () => stdin.destroy())
    .pipe(stdin);
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

function lastLines(said: string): string {
  return said.split('\n').slice(-12).join('\n').slice(-3000);
}
