import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { endProcesses } from './processes.ts';
import { isMissing, waitUntil } from './waiting.ts';

/** A cgroup v1 hierarchy of this machine. */
export interface Hierarchy {
  mountPoint: string;
  /** As given to mount: `cpu`, or `cpu,cpuacct` where a distribution joins the two. */
  controllers: string;
}

const known = [
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'net_cls',
  'net_prio',
];
/** What kubelet, containerd and runc need of version 1. */
const needed = ['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids'];
const goneMs = 20_000;

/** The version 1 hierarchies among the lines of /proc/self/mountinfo (proc(5)); named ones (systemd's) have no controller. */
export function hierarchiesOf(mountInfo: string): Hierarchy[] {
  return mountInfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = before.split(' ')[4];
    const [type, , options = ''] = after.split(' ');
    const controllers = options.split(',').filter((option) => known.includes(option));
    if (type !== 'cgroup' || mountPoint === undefined || controllers.length === 0) return [];
    return [{ mountPoint, controllers: controllers.join(',') }];
  });
}

/** Controllers that a lab needs and this machine does not offer in version 1. */
export function missingControllers(hierarchies: readonly Hierarchy[]): string[] {
  const there = hierarchies.flatMap(({ controllers }) => controllers.split(','));
  return needed.filter((controller) => !there.includes(controller));
}

export async function readHierarchies(): Promise<Hierarchy[]> {
  return hierarchiesOf(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** Makes the group in every hierarchy, and those above it; gives the files that let a process in. */
export async function makeGroup(group: string): Promise<string[]> {
  const files: string[] = [];
  for (const { mountPoint, controllers } of await readHierarchies()) {
    const path = join(mountPoint, group);
    await mkdir(path, { recursive: true });
    if (controllers.split(',').includes('cpuset')) await inheritCpus(mountPoint, group);
    files.push(join(path, 'cgroup.procs'));
  }
  return files;
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

/** Of the group alone, or of those below it too. Empty when there is no such group. */
export async function processesIn(group: string, below: 'alone' | 'and below'): Promise<number[]> {
  const found = new Set<number>();
  for (const { mountPoint } of await readHierarchies()) {
    const top = join(mountPoint, group);
    for (const path of below === 'alone' ? [top] : await groupsFrom(top)) {
      for (const pid of (await textOrNothing(join(path, 'cgroup.procs'))).split('\n')) {
        if (Number(pid) > 0) found.add(Number(pid));
      }
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
  const hierarchy = (await readHierarchies()).find((h) => h.controllers.split(',').includes('cpu'));
  if (hierarchy === undefined) throw new Error('this machine has no cpu controller');
  const path = join(hierarchy.mountPoint, group);
  // A period as kubelet's; the kernel takes no quota below 1 ms.
  const periodUs = 100_000;
  const quotaUs = cores === null ? -1 : Math.max(1000, Math.round(cores * periodUs));
  await writeFile(join(path, 'cpu.cfs_period_us'), String(periodUs));
  await writeFile(join(path, 'cpu.cfs_quota_us'), String(quotaUs));
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
