import { expect, it } from 'vitest';
import { CannotBuildError } from '../build/cannot-build.ts';
import { assertCanRun, type Machine } from './can-run.ts';

const first = ['cpu,cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids']
  .map((name) => `32 31 0:29 / /sys/fs/cgroup/${name} rw,relatime - cgroup cgroup rw,${name}`)
  .join('\n');
const second = '31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw';
const machine: Machine = { platform: 'linux', arch: 'x64', uid: 0, mountInfo: first, unifiedControllers: '' };

it('lets a machine through that has everything, by either version of cgroups', () => {
  expect(() => assertCanRun(machine)).not.toThrow();
  const unifiedControllers = 'cpuset cpu io memory hugetlb pids rdma\n';
  expect(() => assertCanRun({ ...machine, mountInfo: second, unifiedControllers })).not.toThrow();
});

it.each<[string, Partial<Machine>, RegExp]>([
  ['another system', { platform: 'darwin', mountInfo: null }, /needs Linux.*kind.*KUBECONFIG/],
  ['another user', { uid: 1000 }, /needs root.*sudo/],
  ['no cgroups', { mountInfo: '' }, /missing here.*: cpu, cpuset, io, memory, pids;/],
  ['one controller less of version 1', { mountInfo: first.replaceAll('freezer', 'hugetlb') }, /missing here/],
  ['one less of version 2', { mountInfo: second, unifiedControllers: 'cpuset cpu io pids\n' }, /: memory;/],
])('says what is wrong with a machine: %s', (_, difference, message) => {
  expect(() => assertCanRun({ ...machine, ...difference })).toThrow(message);
  expect(() => assertCanRun({ ...machine, ...difference })).toThrow(CannotBuildError);
});
