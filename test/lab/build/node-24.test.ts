import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CannotBuildError } from './cannot-build.ts';
import { findNode24 } from './node-24.ts';

let modules: string;
beforeEach(async () => {
  modules = await mkdtemp(join(tmpdir(), 'node-24-'));
});
afterEach(() => rm(modules, { recursive: true }));

async function bringAlong(version: string): Promise<string> {
  const folder = join(modules, `node-linux-${process.arch}`);
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ version }));
  await writeFile(join(folder, 'bin/node'), 'program');
  return join(folder, 'bin/node');
}

test('the running Node.js is taken if it is a 24, else the one that the repository brings along', async () => {
  const brought = await bringAlong('24.3.1');
  const running = join(modules, 'running');
  await writeFile(running, '12345');
  expect(await findNode24({ path: running, version: 'v24.9.0' }, modules)).toEqual({
    path: running,
    version: '24.9.0',
    sizeBytes: 5,
  });
  expect(await findNode24({ path: running, version: 'v22.19.0' }, modules)).toEqual({
    path: brought,
    version: '24.3.1',
    sizeBytes: 7,
  });
});

test('with neither there it says how to get one', async () => {
  await bringAlong('26.1.0');
  const none = findNode24({ path: '/usr/bin/node', version: 'v22.19.0' }, modules);
  await expect(none).rejects.toThrow(CannotBuildError);
  await expect(none).rejects.toThrow('npm install');
});
