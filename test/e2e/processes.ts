import type { Lab } from '../lab/lab.ts';

/** How a process of a node is known: a piece of its command line, and of its environment if that is not enough. */
export interface ProcessMark {
  command: string;
  /** `NAME=value`, a whole entry. */
  environment?: string;
}

export const coordinatorProcess: ProcessMark = {
  command: 'coordinator.js',
  environment: 'PATHMEDIC_ROLE=coordinator',
};
export const executorProcess: ProcessMark = {
  command: 'coordinator.js',
  environment: 'PATHMEDIC_ROLE=executor',
};
export const redisProcess: ProcessMark = { command: 'redis-server' };

// Runs inside a node, whose process table is its own. Words of a command line end with zero bytes. The shell that
// carries the mark in its own command line is left out: it looks at programs' first words only for what it was given.
const script = `
for d in /proc/[0-9]*; do
  p=\${d#/proc/}
  [ "$p" = "$$" ] && continue
  c=$(tr '\\0' ' ' 2>/dev/null <"$d/cmdline") || continue
  case $c in sh\\ -c*) continue;; *"$2"*) ;; *) continue;; esac
  if [ -n "$3" ]; then tr '\\0' '\\n' 2>/dev/null <"$d/environ" | grep -qxF "$3" || continue; fi
  echo "$p"
  [ "$1" = none ] || kill -"$1" "$p"
done`;

/** Sends a signal to every such process of a node (`none`: only finds them); returns their ids there. Rejects when there is none. */
export async function signalProcesses(
  lab: Lab,
  node: string,
  signal: 'KILL' | 'none',
  mark: ProcessMark,
): Promise<string[]> {
  const found = await lab.on(node, ['sh', '-c', script, 'sh', signal, mark.command, mark.environment ?? '']);
  const pids = found.split('\n').filter((line) => line !== '');
  if (pids.length === 0) throw new Error(`${node}: no process like ${mark.command} runs`);
  return pids;
}
