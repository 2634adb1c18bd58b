import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { createInterfaceMtus, fallbackMtuBytes } from './interface-mtu.ts';

function entry(address: string, cidr: string, internal = false) {
  return { address, cidr, netmask: '', family: 'IPv4', mac: '', internal } as const;
}
const interfaces = (() => ({
  lo: [entry('127.0.0.1', '127.0.0.1/8', true)],
  eth0: [entry('10.244.1.7', '10.244.1.7/24')],
})) as typeof networkInterfaces;

test('reads the MTU of the interface that has the address, each minute anew', async () => {
  const clock = createVirtualClock();
  let text = '1450\n';
  const mtuOf = createInterfaceMtus(clock, { interfaces, readMtu: (name) => (name === 'eth0' ? text : '') });
  expect(mtuOf('10.244.1.7')).toBe(1450);
  text = '1400\n';
  expect(mtuOf('10.244.1.7')).toBe(1450);
  await clock.advanceBy(60_000);
  expect(mtuOf('10.244.1.7')).toBe(1400);
});

test('takes loopback for a network of jumbo frames: its own size would fill a socket buffer', () => {
  const mtuOf = createInterfaceMtus(createVirtualClock(), { interfaces, readMtu: () => '65536' });
  expect(mtuOf('127.44.3.2')).toBe(9216);
});

test('falls back to Ethernet where it cannot be read', () => {
  const unreadable = (): string => {
    throw new Error('ENOENT');
  };
  const mtuOf = createInterfaceMtus(createVirtualClock(), { interfaces, readMtu: unreadable });
  expect(mtuOf('10.244.1.7')).toBe(fallbackMtuBytes);
  expect(mtuOf('192.0.2.9')).toBe(fallbackMtuBytes);
});
