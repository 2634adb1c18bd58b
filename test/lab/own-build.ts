import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabBuild } from './build/lab-build.ts';
import type { LabPlaces } from './lab-places.ts';
import { linkTree } from './machine/link-tree.ts';

/** A lab's own links to what it is made of: the cache may throw away what is old while the lab runs on. */
export async function makeOwnBuild(build: LabBuild, places: LabPlaces): Promise<LabBuild> {
  const dir = join(places.dir, 'build');
  const fresh = `${dir}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  await linkTree(build.binDir, join(fresh, 'bin'));
  await linkTree(build.layersDir, join(fresh, 'layers'));
  await linkTree(build.seedDir, join(fresh, 'seed'));
  await rename(fresh, dir);
  return { ...build, binDir: join(dir, 'bin'), layersDir: join(dir, 'layers'), seedDir: join(dir, 'seed') };
}
