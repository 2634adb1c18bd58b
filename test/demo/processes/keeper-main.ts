// Ends what a demo leaves behind when it could not end it itself (kill -9). It lives as long as its standard input is
// open: `pid N START` remembers a process, `gone N` forgets it, `dir PATH` remembers a directory, `keep PATH` forgets it. When
// the input ends, the remembered processes that still are the same ones are killed and the directories are removed.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startTimeOf } from './process-start-time.ts';

const processes = new Map<number, string>();
const directories = new Set<string>();

// Ctrl-C goes to everybody at the terminal; the demo is to clean up first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [order, first = '', second = ''] = line.split('\t');
    if (order === 'pid') processes.set(Number(first), second);
    if (order === 'gone') processes.delete(Number(first));
    if (order === 'dir') directories.add(first);
    if (order === 'keep') directories.delete(first);
  })
  .on('close', () => {
    for (const [pid, startTime] of processes) {
      if (startTimeOf(pid) === startTime) process.kill(pid, 'SIGKILL');
    }
    for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
