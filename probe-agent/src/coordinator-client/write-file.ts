import { renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a cache file so that a crash leaves the old or the new content, readable by this user only. Returns false
 * when it cannot: a cache that cannot be written is no reason to stop.
 */
export function writeFileAtomically(path: string, content: string): boolean {
  try {
    writeFileSync(`${path}.new`, content, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return true;
  } catch {
    return false;
  }
}
