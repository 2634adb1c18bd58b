import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { neededOf2, readHierarchies } from './hierarchies.ts';
import { endProcesses } from './processes.ts';
import { isMissing, waitUntil } from './waiting.ts';

const goneMs = 20_000;
/** With version 2 a group that has groups below may hold no process: those of a node are in this one of its groups. */
const leaf = 'init';

/** Makes the group in every hierarchy, and those above it; gives the files that let a process in. */
export async function makeGroup(group: string): Promise<string[]> {
  const files: string[] = [];
  for (const hierarchy of await readHierarchies()) {
    const path = join(hierarchy.mountPoint, group);
    await mkdir(path, { recursive: true });
    if (hierarchy.version === 2) await passOnControllers(hierarchy.mountPoint, dirname(group));
    else if (hierarchy.controllers.split(',').includes('cpuset'))
      await inheritCpus(hierarchy.mountPoint, group);
    files.push(join(path, 'cgroup.procs'));
  }
  return files;
}

/**
 * With version 2: moves the group's processes into a group below, and lets groups below have controllers. Not from inside,
 * which would not see the process that started the node. Version 1 needs none of it.
 */
export async function makeRoomBelow(group: string): Promise<void> {
  for (const { version, mountPoint } of await readHierarchies()) {
    if (version === 1) continue;
    const top = join(mountPoint, group);
    await mkdir(join(top, leaf), { recursive: true });
    await waitUntil(`the processes of ${group} to move`, goneMs, async () => {
      const pids = pidsOf(await textOrNothing(join(top, 'cgroup.procs')));
      for (const pid of pids)
        await writeFile(join(top, leaf, 'cgroup.procs'), String(pid)).catch(ignoreMissing);
      return pids.length === 0;
    });
    await passOnControllers(mountPoint, group);
  }
}

/** From the top down to the group: those below it may have the controllers. */
async function passOnControllers(mountPoint: string, group: string): Promise<void> {
  if (group !== '.') await passOnControllers(mountPoint, dirname(group));
  const offered = (await readFile(join(mountPoint, group, 'cgroup.controllers'), 'utf8')).trim().split(' ');
  const wanted = neededOf2
    .filter((controller) => offered.includes(controller))
    .map((controller) => `+${controller}`);
  await writeFile(join(mountPoint, group, 'cgroup.subtree_control'), wanted.join(' '));
}

/** A new cpuset group has no CPU and no memory: nothing could enter it. */
async function inheritCpus(mountPoint: string, group: string): Promise<void> {
  if (dirname(group) !== '.') await inheritCpus(mountPoint, dirname(group));
  for (const name of ['cpuset.cpus', 'cpuset.mems']) {
    const own = join(mountPoint, group, name);
    if ((await readFile(own, 'utf8')).trim() !== '') continue;
    await writeFile(own, await readFile(join(mountPoint, dirname(group), name)));
  }
}

/** Of the group itself, or of those below it too. Empty when there is no such group. */
export async function processesIn(group: string, below: 'alone' | 'and below'): Promise<number[]> {
  const found = new Set<number>();
  for (const { mountPoint } of await readHierarchies()) {
    const top = join(mountPoint, group);
    for (const path of below === 'alone' ? [top, join(top, leaf)] : await groupsFrom(top)) {
      for (const pid of pidsOf(await textOrNothing(join(path, 'cgroup.procs')))) found.add(pid);
    }
  }
  return [...found].toSorted((a, b) => a - b);
}

/** Ends every process of the group and of those below it, then removes the groups. @throws when something stays */
export async function endGroup(group: string): Promise<void> {
  await waitUntil(`the processes of ${group} to end`, goneMs, async () => {
    const pids = await processesIn(group, 'and below');
    endProcesses(pids);
    return pids.length === 0;
  });
  await waitUntil(`the cgroups of ${group} to go`, goneMs, async () => {
    const paths: string[] = [];
    for (const { mountPoint } of await readHierarchies())
      paths.push(...(await groupsFrom(join(mountPoint, group))));
    // The deepest first. A group is busy for a moment after its last process is gone.
    for (const path of paths.toReversed()) await rmdir(path).catch(() => undefined);
    return paths.length === 0;
  });
}

export async function groupExists(group: string): Promise<boolean> {
  for (const { mountPoint } of await readHierarchies()) {
    if ((await groupsFrom(join(mountPoint, group))).length > 0) return true;
  }
  return false;
}

/** Names of the groups right below. */
export async function groupsBelow(group: string): Promise<string[]> {
  const names = new Set<string>();
  for (const { mountPoint } of await readHierarchies()) {
    const top = join(mountPoint, group);
    for (const path of await groupsFrom(top)) if (dirname(path) === top) names.add(basename(path));
  }
  return [...names].toSorted();
}

/** CPU time for all of the group. Null lifts the limit. */
export async function limitGroupCpu(group: string, cores: number | null): Promise<void> {
  // A period as kubelet's; the kernel takes no quota below 1 ms.
  const periodUs = 100_000;
  const quotaUs = cores === null ? null : Math.max(1000, Math.round(cores * periodUs));
  for (const hierarchy of await readHierarchies()) {
    const path = join(hierarchy.mountPoint, group);
    if (hierarchy.version === 2) {
      await writeFile(join(path, 'cpu.max'), `${quotaUs ?? 'max'} ${periodUs}`);
    } else if (hierarchy.controllers.split(',').includes('cpu')) {
      await writeFile(join(path, 'cpu.cfs_period_us'), String(periodUs));
      await writeFile(join(path, 'cpu.cfs_quota_us'), String(quotaUs ?? -1));
    }
  }
}

/** The folder and all below it, parents first; none when it is not there. */
async function groupsFrom(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const below = entries.filter((e) => e.isDirectory()).map((e) => groupsFrom(join(path, e.name)));
    return [path, ...(await Promise.all(below)).flat()];
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function textOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

function pidsOf(procs: string): number[] {
  return procs
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
