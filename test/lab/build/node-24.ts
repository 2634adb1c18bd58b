import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CannotBuildError } from './cannot-build.ts';

export interface NodeRuntime {
  path: string;
  version: string;
  sizeBytes: number;
}

/**
 * The Node.js 24 for images: the one that runs this, or else the one that the repository brings along.
 * @throws CannotBuildError when neither is there
 */
export async function findNode24(
  running = { path: process.execPath, version: process.version },
  nodeModules: string = join(import.meta.dirname, '../../../node_modules'),
): Promise<NodeRuntime> {
  const isWanted = (version: string): boolean => version.replace(/^v/, '').startsWith('24.');
  if (isWanted(running.version)) return withSize(running.path, running.version.replace(/^v/, ''));
  const brought = join(nodeModules, `node-linux-${process.arch}`);
  if (existsSync(join(brought, 'bin/node'))) {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(brought, 'package.json'), 'utf8')));
    if (isWanted(version)) return withSize(join(brought, 'bin/node'), version);
  }
  throw new CannotBuildError(
    `the lab's images need Node.js 24, and this is ${running.version}: run \`npm install\` in the repository, which brings it along`,
  );
}

async function withSize(path: string, version: string): Promise<NodeRuntime> {
  return { path, version, sizeBytes: (await stat(path)).size };
}
