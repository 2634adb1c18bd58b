import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export interface ConsoleFile {
  body: Buffer;
  contentType: string;
}

/** The built console in memory: a handful of files, read once. */
export interface ConsoleFiles {
  /** Hash over all files; part of their addresses, so that they can be kept for ever. */
  version: string;
  /** index.html with addresses of this version. */
  index: Buffer;
  files: ReadonlyMap<string, ConsoleFile>;
}

const contentTypes = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.webmanifest', 'application/manifest+json'],
  ['.map', 'application/json'],
]);

/** Reads the folder that the console was built into. Rejects when it holds no index.html. */
export async function loadConsoleFiles(directory: string): Promise<ConsoleFiles> {
  const files = new Map<string, ConsoleFile>();
  const hash = createHash('sha256');
  const names = (await readdir(directory)).toSorted();
  for (const name of names) {
    const contentType = contentTypes.get(extname(name));
    if (contentType === undefined) continue;
    const body = await readFile(join(directory, name));
    hash.update(`${name}\n${body.length}\n`).update(body);
    files.set(name, { body, contentType });
  }
  const template = await readFile(join(directory, 'index.html'), 'utf8');
  const version = hash.update(template).digest('hex').slice(0, 16);
  const index = Buffer.from(template.replaceAll('/assets/', `/assets/${version}/`));
  return { version, index, files };
}
