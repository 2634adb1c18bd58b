import { readFile } from 'node:fs/promises';

/** Where this machine has cgroups: several of version 1, each with controllers of its own, or the one of version 2. */
export type Hierarchy =
  | {
      version: 1;
      mountPoint: string;
      /** As given to mount: `cpu`, or `cpu,cpuacct` where a distribution joins the two. */
      controllers: string;
    }
  | { version: 2; mountPoint: string };

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
/** What kubelet, containerd and runc need. */
const neededOf1 = ['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids'];
export const neededOf2 = ['cpu', 'cpuset', 'io', 'memory', 'pids'];

/**
 * Those that a lab uses, of the lines of /proc/self/mountinfo (proc(5)): the ones of version 1 if they have every
 * controller, else the one of version 2, else none. Named ones (systemd's) have no controller.
 */
export function hierarchiesOf(mountInfo: string): Hierarchy[] {
  const first: Extract<Hierarchy, { version: 1 }>[] = [];
  let second: Hierarchy | null = null;
  for (const line of mountInfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = before.split(' ')[4];
    const [type, , options = ''] = after.split(' ');
    if (mountPoint === undefined) continue;
    if (type === 'cgroup2') second ??= { version: 2, mountPoint };
    const controllers = options.split(',').filter((option) => known.includes(option));
    if (type === 'cgroup' && controllers.length > 0)
      first.push({ version: 1, mountPoint, controllers: controllers.join(',') });
  }
  const there = first.flatMap(({ controllers }) => controllers.split(','));
  if (neededOf1.every((controller) => there.includes(controller))) return first;
  return second === null ? [] : [second];
}

/**
 * Controllers that a lab needs and this machine does not offer.
 * @param unified what cgroup.controllers at the root of version 2 says
 */
export function missingControllers(hierarchies: readonly Hierarchy[], unified: string): string[] {
  if (hierarchies.some(({ version }) => version === 1)) return [];
  const there = hierarchies.length === 0 ? [] : unified.trim().split(' ');
  return neededOf2.filter((controller) => !there.includes(controller));
}

export async function readHierarchies(): Promise<Hierarchy[]> {
  return hierarchiesOf(await readFile('/proc/self/mountinfo', 'utf8'));
}
