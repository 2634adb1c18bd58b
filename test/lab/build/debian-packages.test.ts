import { expect, test } from 'vitest';
import { missingPackages } from './debian-packages.ts';

test('only what is missing is installed, whichever bin folder the rest is in', () => {
  const there = new Set([
    ...['containerd', 'runc', 'busybox'].map((name) => `/usr/bin/${name}`),
    ...['ip', 'iptables', 'nft', 'ethtool'].map((name) => `/sbin/${name}`),
    '/usr/lib/cni/bridge',
  ]);
  expect(missingPackages((path) => there.has(path))).toEqual(['ipset', 'conntrack', 'iputils-ping']);
});
