import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultPlace } from './fault.ts';

/** Keeps what a fault remembers as files of `dir`. A value is there whole or not at all. */
export function faultMemory(dir: string, fault: string): Pick<FaultPlace, 'remember' | 'recall' | 'forget'> {
  const file = (key: string): string => join(dir, `${fault}.${key}`);
  return {
    async remember(key, value) {
      await mkdir(dir, { recursive: true });
      await writeFile(`${file(key)}.new`, value);
      await rename(`${file(key)}.new`, file(key));
    },
    async recall(key) {
      try {
        return await readFile(file(key), 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    forget: (key) => rm(file(key), { force: true }),
  };
}

/** What it was before the first of possibly several injections. */
export async function rememberOnce(
  place: FaultPlace,
  key: string,
  read: () => Promise<string>,
): Promise<string> {
  const known = await place.recall(key);
  if (known !== null) return known;
  const value = await read();
  await place.remember(key, value);
  return value;
}
