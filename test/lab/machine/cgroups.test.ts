import { expect, it } from 'vitest';
import { hierarchiesOf, missingControllers } from './cgroups.ts';

it('finds the hierarchies that have controllers, joined ones and those mounted elsewhere too', () => {
  const mountInfo = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
34 31 0:31 / /cg/cpuset rw,relatime - cgroup cgroup rw,cpuset,clone_children
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
  expect(hierarchiesOf(mountInfo)).toEqual([
    { mountPoint: '/sys/fs/cgroup/cpu,cpuacct', controllers: 'cpu,cpuacct' },
    { mountPoint: '/cg/cpuset', controllers: 'cpuset' },
  ]);
  expect(missingControllers(hierarchiesOf(mountInfo))).toEqual([
    'memory',
    'devices',
    'freezer',
    'blkio',
    'pids',
  ]);
});
