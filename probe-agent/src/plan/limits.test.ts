import { expect, test } from 'vitest';
import type { ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import { applyLimits } from './limits.ts';
import type { LocalLimits } from './limits.ts';

const usual: LocalLimits = {
  cidrs: [
    { address: '10.0.0.0', prefix: 8 },
    { address: '100.64.0.0', prefix: 10 },
    { address: 'fd00::', prefix: 8 },
  ],
  ports: [
    { first: 53, last: 53 },
    { first: 8471, last: 8473 },
  ],
  maxProbesPerSecond: 10,
};

function spec(address: string, port = 8471, intervalMs = 10_000): ProbeSpec {
  return {
    pathId: `pod|tcp|a|${address}:${port}`,
    protocol: 'tcp',
    address,
    port,
    intervalMs,
    timeoutMs: 500,
    expect: null,
  };
}

function verdict(address: string, port = 8471, limits = usual): string {
  return applyLimits({ probes: [spec(address, port)], checks: [] }, limits).dropped[0]?.reason ?? 'runs';
}

test.each([
  ['10.244.1.7', 'runs'],
  ['fd00::7', 'runs'],
  ['8.8.8.8', 'address'],
  ['2001:db8::1', 'address'],
  ['127.0.0.1', 'special-address'],
  ['::1', 'special-address'],
  ['0.0.0.0', 'special-address'],
  ['169.254.20.10', 'special-address'],
  ['fe80::1', 'special-address'],
  ['224.0.0.1', 'special-address'],
  ['255.255.255.255', 'special-address'],
  ['169.254.169.254', 'metadata-address'],
  ['100.100.100.200', 'metadata-address'],
  ['fd00:ec2::254', 'metadata-address'],
  ['::ffff:10.0.0.1', 'special-address'],
  ['::ffff:127.0.0.1', 'special-address'],
])('%s: %s', (address, expected) => {
  expect(verdict(address)).toBe(expected);
});

test('a prefix of everything does not mean loopback, link-local or metadata; a prefix inside them does, but for metadata', () => {
  const everything: LocalLimits = {
    ...usual,
    cidrs: [
      { address: '0.0.0.0', prefix: 0 },
      { address: '::', prefix: 0 },
    ],
  };
  expect(verdict('8.8.8.8', 53, everything)).toBe('runs');
  expect(verdict('127.0.0.1', 53, everything)).toBe('special-address');
  expect(verdict('169.254.20.10', 53, everything)).toBe('special-address');
  expect(verdict('169.254.169.254', 53, everything)).toBe('metadata-address');
  const named: LocalLimits = {
    ...usual,
    cidrs: [
      { address: '127.0.0.0', prefix: 8 },
      { address: '169.254.0.0', prefix: 16 },
    ],
  };
  expect(verdict('127.1.2.3', 53, named)).toBe('runs');
  expect(verdict('169.254.20.10', 53, named)).toBe('runs');
  expect(verdict('169.254.169.254', 53, named)).toBe('metadata-address');
});

test('a prefix of one family says nothing about the other', () => {
  const v6Only: LocalLimits = { ...usual, cidrs: [{ address: '::', prefix: 0 }] };
  expect(verdict('10.0.0.1', 53, v6Only)).toBe('address');
});

test('only listed ports', () => {
  expect([53, 8470, 8471, 8473, 8474, 22].map((port) => verdict('10.0.0.1', port))).toEqual([
    'runs',
    'port',
    'runs',
    'runs',
    'port',
    'port',
  ]);
});

test('the rate limit takes an exact budget and drops from the end, never the rest', () => {
  const probes = Array.from({ length: 72 }, (_, index) => spec(`10.0.0.${index + 1}`, 8471, 7_000));
  const work = applyLimits({ probes, checks: [] }, usual);
  expect(work.probes).toHaveLength(70);
  expect(work.dropped.map((drop) => drop.reason)).toEqual(['rate', 'rate']);
  expect(work.probes[0]).toEqual(probes[0]);
});

test('checks keep to the same addresses and to a bounded number of probes', () => {
  const probes = [
    spec('127.0.0.1'),
    ...Array.from({ length: 30 }, (_, index) => spec(`10.0.0.${index + 1}`)),
  ];
  const work = applyLimits(
    { probes: [], checks: [{ nonce: 'nonce-000001', count: 100, spreadMs: 1_000, probes }] },
    usual,
  );
  expect(work.checks[0]?.probes).toHaveLength(20);
  expect(work.dropped.filter((drop) => drop.reason === 'special-address')).toHaveLength(1);
  expect(work.dropped.filter((drop) => drop.reason === 'rate')).toHaveLength(10);
});
