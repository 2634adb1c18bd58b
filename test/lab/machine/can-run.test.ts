import { expect, it } from 'vitest';
import { CannotBuildError } from '../build/cannot-build.ts';
import { assertCanRun, type Machine } from './can-run.ts';

const mountInfo = ['cpu,cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids']
  .map((name) => `32 31 0:29 / /sys/fs/cgroup/${name} rw,relatime - cgroup cgroup rw,${name}`)
  .join('\n');
const machine: Machine = { platform: 'linux', arch: 'x64', uid: 0, mountInfo };

it('lets a machine through that has everything', () => {
  expect(() => assertCanRun(machine)).not.toThrow();
});

it.each<[string, Partial<Machine>, RegExp]>([
  ['another system', { platform: 'darwin', mountInfo: null }, /needs Linux.*kind.*KUBECONFIG/],
  ['another user', { uid: 1000 }, /needs root.*sudo/],
  [
    'no cgroups of version 1',
    { mountInfo: '31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw' },
    /version 1.*cpu, .*pids;/,
  ],
  [
    'one controller less',
    { mountInfo: mountInfo.replaceAll('freezer', 'hugetlb') },
    /missing in it: freezer;/,
  ],
])('says what is wrong with a machine: %s', (_, difference, message) => {
  expect(() => assertCanRun({ ...machine, ...difference })).toThrow(message);
  expect(() => assertCanRun({ ...machine, ...difference })).toThrow(CannotBuildError);
});
