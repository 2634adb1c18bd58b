import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../machine/run-command.ts';

export interface ImageSpec {
  /** With a tag: `lab.test/tools:1`. */
  name: string;
  /** Folders, the lowest first; what one holds becomes a layer. */
  layers: readonly string[];
  entrypoint?: readonly string[];
  cmd?: readonly string[];
  /** `NAME=value`, added to a PATH. */
  env?: readonly string[];
  workdir?: string;
}

/**
 * Writes images as one OCI archive, as `ctr images import` takes it. Of the same folders it is the same to the byte.
 * @param binDir the lab's programs
 */
export async function writeOciArchive(
  binDir: string,
  archivePath: string,
  images: readonly ImageSpec[],
  signal?: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(dirname(archivePath), 'spec-'));
  try {
    const spec = join(folder, 'spec.json');
    await writeFile(spec, JSON.stringify(images));
    await runCommand([join(binDir, 'labkit'), 'image', archivePath, spec], {
      timeoutMs: 10 * 60_000,
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
