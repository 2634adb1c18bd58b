import { readdir, readFile, stat } from 'node:fs/promises';
import { isMissing } from './waiting.ts';

/** A process as /proc shows it. */
export interface Process {
  pid: number;
  /** The command line; empty for a zombie. */
  argv: string[];
  state: 'runs' | 'frozen' | 'zombie';
  /** Its number in each PID namespace, from the one /proc shows to its own. */
  pids: number[];
}

/** Null when there is none of that number. */
export async function readProcess(pid: number): Promise<Process | null> {
  try {
    const [status, cmdline] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    return { pid, ...parseStatus(status), argv: cmdline.split('\0').slice(0, -1) };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Of the lines of /proc/PID/status (proc(5)). */
export function parseStatus(status: string): Pick<Process, 'state' | 'pids'> {
  const letter = /^State:\s+(\w)/m.exec(status)?.[1] ?? 'Z';
  const pids = (/^NSpid:\s+(.*)$/m.exec(status)?.[1] ?? '').split(/\s+/).map(Number);
  const state = letter === 'Z' || letter === 'X' ? 'zombie' : letter === 'T' ? 'frozen' : 'runs';
  return { state, pids };
}

/** Processes whose first thread is in one of these network namespaces (paths of namespace files). */
export async function processesInNetwork(namespaces: readonly string[]): Promise<number[]> {
  const wanted = new Set<string>();
  for (const path of namespaces) wanted.add(identity(await stat(path)));
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const network = await stat(`/proc/${entry}/ns/net`).catch(() => null);
    if (network !== null && wanted.has(identity(network))) found.push(Number(entry));
  }
  return found;
}

/** Ends them for good; those that ended by themselves are fine. */
export function endProcesses(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

function identity({ dev, ino }: { dev: number; ino: number }): string {
  return `${dev}:${ino}`;
}
