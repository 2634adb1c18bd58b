import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockBuild } from './build-lock.ts';

const quiet = (): void => undefined;

/** Locks in another process, and stays. */
async function holdElsewhere(cacheDir: string): Promise<{ pid: number | undefined; kill(): void }> {
  const module = JSON.stringify(join(import.meta.dirname, 'build-lock.ts'));
  const script = `const { lockBuild } = await import(${module});
    await lockBuild(${JSON.stringify(cacheDir)}, () => undefined);
    process.stdout.write('held');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return { pid: child.pid, kill: () => void child.kill('SIGKILL') };
}

describe.skipIf(process.platform !== 'linux')('the build lock', () => {
  test('a second build says who it waits for, and goes on when the first has ended', async () => {
    const cacheDir = `/cache/${randomUUID()}`;
    const order: string[] = [];
    const first = await lockBuild(cacheDir, quiet);
    const said: string[] = [];
    let heard = (): void => undefined;
    const waits = new Promise<void>((resolve) => (heard = resolve));
    const second = lockBuild(cacheDir, (line) => {
      said.push(line);
      heard();
    }).then((lock) => {
      order.push('second');
      return lock;
    });
    await waits;
    order.push('first done');
    await first.release();
    await (await second).release();
    expect(order).toEqual(['first done', 'second']);
    expect(said).toEqual([`lab: another build is running (process ${process.pid}); waiting for it`]);
  });

  test('the lock of a build that was killed is free at once', async () => {
    const cacheDir = `/cache/${randomUUID()}`;
    const holder = await holdElsewhere(cacheDir);
    const said: string[] = [];
    const waiting = lockBuild(cacheDir, (line) => {
      said.push(line);
      holder.kill();
    });
    await (await waiting).release();
    expect(said).toEqual([`lab: another build is running (process ${holder.pid}); waiting for it`]);
  });

  test('another cache folder has another lock', async () => {
    const one = await lockBuild(`/cache/${randomUUID()}`, quiet);
    const other = await lockBuild(`/cache/${randomUUID()}`, () => expect.unreachable());
    await one.release();
    await other.release();
  });

  test('waiting ends with the signal', async () => {
    const cacheDir = `/cache/${randomUUID()}`;
    const first = await lockBuild(cacheDir, quiet);
    const interrupted = new AbortController();
    const second = lockBuild(cacheDir, () => interrupted.abort(new Error('interrupted')), interrupted.signal);
    await expect(second).rejects.toThrow('interrupted');
    await first.release();
  });
});
