import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LabPlaces } from '../lab-places.ts';
import { runCommand, succeeds } from '../machine/run-command.ts';
import { isMissing, waitUntil } from '../machine/waiting.ts';
import { nodeCommand } from './run-node.ts';

const importMs = 300_000;
const containerdMs = 30_000;

/** Keeps the archive for nodes that are started later. One of the same file name takes the place of the other. */
export async function keepArchive(places: LabPlaces, archivePath: string): Promise<void> {
  await mkdir(places.images, { recursive: true });
  const kept = join(places.images, basename(archivePath));
  const fresh = `${kept}.new`;
  await rm(fresh, { force: true });
  // The archive is its maker's, who may remove it; a link costs nothing, another file system needs a copy.
  await link(archivePath, fresh).catch(() => copyFile(archivePath, fresh));
  await rename(fresh, kept);
}

export async function keptArchives(places: LabPlaces): Promise<string[]> {
  const names = await readdir(places.images).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.filter((name) => !name.endsWith('.new')).map((name) => join(places.images, name));
}

/** Makes an OCI archive's images known to the containerd of a node. */
export async function importArchive(lab: string, node: string, archivePath: string): Promise<void> {
  const ctr = (...args: string[]): Promise<string[]> =>
    nodeCommand(lab, node, ['ctr', '-n', 'k8s.io', ...args]);
  await waitUntil(`containerd of ${node}`, containerdMs, async () =>
    succeeds(await ctr('version'), { timeoutMs: 5000 }),
  );
  await runCommand(await ctr('images', 'import', '--all-platforms', '-'), {
    inputFile: archivePath,
    timeoutMs: importMs,
  });
}
