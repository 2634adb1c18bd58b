import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { endProcesses, parseStatus, processesInNetwork, readProcess } from './processes.ts';

it('reads the number that a process has in each PID namespace, and whether it runs', () => {
  expect(parseStatus('Name:\tlabkit\nState:\tS (sleeping)\nNSpid:\t4711\t1\n')).toEqual({
    state: 'runs',
    pids: [4711, 1],
  });
  expect(parseStatus('State:\tT (stopped)\nNSpid:\t4711\n')).toEqual({ state: 'frozen', pids: [4711] });
  expect(parseStatus('State:\tZ (zombie)\nNSpid:\t4711\n').state).toBe('zombie');
});

it('sees this process, in its network, and none that has ended', async () => {
  const own = await readProcess(process.pid);
  expect(own?.argv.length).toBeGreaterThan(0);
  expect(await processesInNetwork(['/proc/self/ns/net'])).toContain(process.pid);
  const child = spawn('sleep', ['60']);
  const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  endProcesses([child.pid ?? 0]);
  expect(await ended).toBe('SIGKILL');
  expect(await readProcess(child.pid ?? 0)).toBeNull();
  expect(() => endProcesses([child.pid ?? 0])).not.toThrow();
});
