import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { CommandError, runCommand } from './run-command.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('hands nothing of the own environment on', async () => {
  process.env['TMPDIR_OF_SOMEBODY'] = '/nowhere';
  try {
    const seen = await runCommand(['env']);
    expect(seen).toContain('PATH=/usr/local/sbin:');
    expect(seen).not.toContain('nowhere');
  } finally {
    delete process.env['TMPDIR_OF_SOMEBODY'];
  }
});

it('tells the command, how it ended and what it said', async () => {
  const failed = runCommand(['sh', '-c', 'echo out; echo broken >&2; exit 7']);
  await expect(failed).rejects.toThrow(/^sh -c .*: exit code 7: broken$/);
  await expect(failed).rejects.toMatchObject({ exitCode: 7, stdout: 'out\n' });
  await expect(runCommand(['/no/such/program'])).rejects.toThrow(/ENOENT/);
});

it('gives text or a file to the standard input', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-command-'));
  folders.push(folder);
  writeFileSync(join(folder, 'in'), 'from a file');
  expect(await runCommand(['cat'], { input: 'from here' })).toBe('from here');
  expect(await runCommand(['cat'], { inputFile: join(folder, 'in') })).toBe('from a file');
  expect(await runCommand(['true'], { input: 'x'.repeat(1_000_000) })).toBe('');
});

it('ends all of a command that is too slow, or aborted', async () => {
  const slow = ['sh', '-c', 'sleep 60 & echo $!; wait'];
  const late: unknown = await runCommand(slow, { timeoutMs: 100 }).catch((error: unknown) => error);
  if (!(late instanceof CommandError)) throw new Error('it should have been too slow');
  expect(late.message).toContain('not done after 0.1 s');
  await expect.poll(() => lives(Number(late.stdout))).toBe(false);
  const aborted = new AbortController();
  const running = runCommand(slow, { signal: aborted.signal });
  aborted.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

it('does not wait for what the command left in the background', async () => {
  const pid = Number(await runCommand(['sh', '-c', 'sleep 30 & echo $!']));
  expect(lives(pid)).toBe(true);
  process.kill(pid);
});

/** A zombie, which waits for its parent to look, does not. */
function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
