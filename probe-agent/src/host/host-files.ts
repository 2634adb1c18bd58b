import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's files, as far as everybody may read them. */
export interface HostFiles {
  /** Text of a file, or why there is none. */
  read: (path: string) => { found: true; text: string } | { found: false; reason: 'absent' | 'unreadable' };
  /** Names in a directory; empty when it cannot be read. */
  list: (path: string) => string[];
}

export const systemFiles: HostFiles = {
  read(path) {
    try {
      return { found: true, text: readFileSync(path, 'utf8') };
    } catch (error) {
      const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      return { found: false, reason: absent ? 'absent' : 'unreadable' };
    }
  },
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
};

/** The number that a file holds, alone or first; null when there is none. */
export function numberIn(files: HostFiles, path: string): number | null {
  const file = files.read(path);
  const match = file.found ? /^\s*(\d+)\b/.exec(file.text) : null;
  return match === null ? null : Number(match[1]);
}
