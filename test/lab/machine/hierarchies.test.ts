import { expect, it } from 'vitest';
import { hierarchiesOf } from './hierarchies.ts';

const second = '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw';

it('finds the hierarchies that have controllers, joined ones and those mounted elsewhere too', () => {
  const mountInfo = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
33 31 0:30 / /sys/fs/cgroup/more rw - cgroup cgroup rw,memory,devices,freezer,blkio,pids
34 31 0:31 / /cg/cpuset rw,relatime - cgroup cgroup rw,cpuset,clone_children
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
${second}
`;
  expect(hierarchiesOf(mountInfo)).toEqual([
    { version: 1, mountPoint: '/sys/fs/cgroup/cpu,cpuacct', controllers: 'cpu,cpuacct' },
    { version: 1, mountPoint: '/sys/fs/cgroup/more', controllers: 'memory,devices,freezer,blkio,pids' },
    { version: 1, mountPoint: '/cg/cpuset', controllers: 'cpuset' },
  ]);
});

it('takes version 2 where version 1 has not every controller', () => {
  const mountInfo = `32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n${second}\n`;
  expect(hierarchiesOf(mountInfo)).toEqual([{ version: 2, mountPoint: '/sys/fs/cgroup/unified' }]);
  expect(hierarchiesOf('')).toEqual([]);
});
