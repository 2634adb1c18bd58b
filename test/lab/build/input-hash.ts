import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What an artifact is made from: values, and files whose content counts. */
export interface ArtifactInputs {
  /** Versions, flags, keys of other artifacts: anything that JSON can hold. */
  values: Record<string, unknown>;
  /** Paths of single files; their names count too, but not the folder that `relativeTo` gives. */
  files: readonly string[];
  /** So that the same sources in another checkout give the same key. */
  relativeTo?: string;
}

/** A short name for these inputs: another one as soon as any of them changes. @throws when a file is missing */
export async function inputHash({ values, files, relativeTo }: ArtifactInputs): Promise<string> {
  const hash = createHash('sha256');
  for (const name of Object.keys(values).toSorted()) hash.update(`${name}=${JSON.stringify(values[name])}\n`);
  for (const path of files.toSorted()) {
    const content = await readFile(path);
    const name =
      relativeTo !== undefined && path.startsWith(relativeTo) ? path.slice(relativeTo.length) : path;
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Paths of the files right in a folder, and of the links there: what they lead to counts. */
export async function filesIn(folder: string, suffix = ''): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((e) => (e.isFile() || e.isSymbolicLink()) && e.name.endsWith(suffix))
    .map((e) => join(folder, e.name));
}
