import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Which build of an artifact: its name, and the hash of what it is made from. */
export interface ArtifactId {
  name: string;
  key: string;
}

/** One folder an artifact, at NAME/KEY. What is there is complete: it got its name only when it was done. */
export interface ArtifactCache {
  /** Its folder, or null. */
  find(id: ArtifactId): Promise<string | null>;
  /** Fills a folder, and gives it its name when that has succeeded. @throws what `fill` throws; then nothing is kept */
  make(id: ArtifactId, fill: (folder: string) => Promise<void>): Promise<string>;
  /** Removes other keys of these artifacts, except those that some process has mounted: labs that still run. */
  prune(keep: readonly ArtifactId[]): Promise<void>;
  /** Removes what interrupted builds left. Only for the holder of the build lock. */
  clean(): Promise<void>;
}

export function openArtifactCache(
  dir: string,
  mounts: () => Promise<string> = mountsOfAllProcesses,
): ArtifactCache {
  const unfinished = join(dir, 'unfinished');
  const place = ({ name, key }: ArtifactId): string => join(dir, name, key);
  const take = async (name: string): Promise<string> => {
    await mkdir(unfinished, { recursive: true });
    return mkdtemp(join(unfinished, `${name}-`));
  };
  return {
    find: async (id) => ((await isFolder(place(id))) ? place(id) : null),
    async make(id, fill) {
      const folder = await take(id.name);
      try {
        await fill(folder);
        await mkdir(join(dir, id.name), { recursive: true });
        await rename(folder, place(id));
        return place(id);
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
    },
    async prune(keep) {
      const mounted = await mounts();
      for (const { name, key } of keep) {
        const others = (await readdir(join(dir, name)).catch(() => [])).filter((other) => other !== key);
        for (const other of others.filter((o) => !mounted.includes(`/${name}/${o}`))) {
          // Half of a folder must not be found under its name.
          const grave = await take(name);
          await rename(place({ name, key: other }), grave);
          await rm(grave, { recursive: true, force: true });
        }
      }
    },
    clean: () => rm(unfinished, { recursive: true, force: true }),
  };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** proc_pid_mountinfo(5): a bind mount shows the path that is mounted. Nodes have mounts that this process does not see. */
async function mountsOfAllProcesses(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const seen = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '')),
  );
  return [...new Set(seen)].join('\n');
}
