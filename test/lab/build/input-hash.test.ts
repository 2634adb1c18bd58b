import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inputHash } from './input-hash.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'input-hash-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

test('the same inputs in any order, and in another checkout, give the same key', async () => {
  const here = [await put('one/a.go', 'a'), await put('one/b.go', 'b')];
  const there = [await put('two/b.go', 'b'), await put('two/a.go', 'a')];
  const a = await inputHash({
    values: { go: '1.26', arch: 'x64' },
    files: here,
    relativeTo: join(folder, 'one'),
  });
  const b = await inputHash({
    values: { arch: 'x64', go: '1.26' },
    files: there,
    relativeTo: join(folder, 'two'),
  });
  expect(b).toBe(a);
});

test('every input changes the key: a value, a content, a name, a file more', async () => {
  const a = await put('a.go', 'ab');
  const b = await put('b.go', 'c');
  const keys = [
    await inputHash({ values: { go: '1.26' }, files: [a, b], relativeTo: folder }),
    await inputHash({ values: { go: '1.27' }, files: [a, b], relativeTo: folder }),
    await inputHash({ values: { go: '1.26', flags: ['-s'] }, files: [a, b], relativeTo: folder }),
    await inputHash({ values: { go: '1.26' }, files: [a], relativeTo: folder }),
    await inputHash({ values: { go: '1.26' }, files: [a, await put('c.go', 'c')], relativeTo: folder }),
  ];
  await put('a.go', 'a');
  await put('b.go', 'bc');
  keys.push(await inputHash({ values: { go: '1.26' }, files: [a, b], relativeTo: folder }));
  // One file whose content looks like the end of it and the beginning of another.
  await put('a.go', 'a/b.go\nbc');
  keys.push(await inputHash({ values: { go: '1.26' }, files: [a], relativeTo: folder }));
  expect(new Set(keys).size).toBe(keys.length);
});
