import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArtifactCache } from './artifact-cache.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'artifact-cache-'));
});
afterEach(() => rm(dir, { recursive: true }));

const nothingMounted = (): Promise<string> => Promise.resolve('');
const fill = (content: string) => (folder: string) => writeFile(join(folder, 'file'), content);

test('what was made is found again, by its name and key only', async () => {
  const cache = openArtifactCache(dir, nothingMounted);
  const made = await cache.make({ name: 'labkit', key: 'a' }, fill('one'));
  expect(await cache.find({ name: 'labkit', key: 'a' })).toBe(made);
  expect(await readFile(join(made, 'file'), 'utf8')).toBe('one');
  expect(await cache.find({ name: 'labkit', key: 'b' })).toBeNull();
  expect(await cache.find({ name: 'netpol', key: 'a' })).toBeNull();
});

test('while it is made it is not found, and a failed one leaves nothing', async () => {
  const cache = openArtifactCache(dir, nothingMounted);
  const id = { name: 'seed', key: 'a' };
  const making = cache.make(id, async (folder) => {
    await writeFile(join(folder, 'half'), '');
    expect(await cache.find(id)).toBeNull();
    throw new Error('interrupted');
  });
  await expect(making).rejects.toThrow('interrupted');
  expect(await cache.find(id)).toBeNull();
  expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
});

test('what a killed build left counts as nothing, and is cleaned away', async () => {
  const cache = openArtifactCache(dir, nothingMounted);
  const id = { name: 'seed', key: 'a' };
  let reached = (): void => undefined;
  const begun = new Promise<void>((resolve) => (reached = resolve));
  // Never ends, as far as anybody sees.
  void cache.make(id, async (folder) => {
    await writeFile(join(folder, 'half'), '');
    reached();
    await new Promise(() => undefined);
  });
  await begun;
  const next = openArtifactCache(dir, nothingMounted);
  expect(await next.find(id)).toBeNull();
  expect(await readdir(join(dir, 'unfinished'))).toHaveLength(1);
  await next.clean();
  expect(await readdir(dir)).toEqual([]);
});

test('pruning keeps the given keys, and what a running lab has mounted', async () => {
  const mounts = '36 35 8:1 /var/cache/bin/used /lab/bin ro,relatime - ext4 /dev/vda rw\n';
  const cache = openArtifactCache(dir, () => Promise.resolve(mounts));
  for (const key of ['old', 'used', 'new']) await cache.make({ name: 'bin', key }, fill(key));
  await cache.make({ name: 'seed', key: 'used' }, fill('seed'));
  await cache.prune([
    { name: 'bin', key: 'new' },
    { name: 'seed', key: 'new' },
  ]);
  expect((await readdir(join(dir, 'bin'))).toSorted()).toEqual(['new', 'used']);
  expect(await readdir(join(dir, 'seed'))).toEqual([]);
  expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
});
