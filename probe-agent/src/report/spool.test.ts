import { expect, test } from 'vitest';
import { createSpool } from './spool.ts';
import type { SpooledReport } from './spool.ts';

function report(seq: number): SpooledReport {
  return {
    schema: 1,
    agent: { node: 'n', mode: 'pod', namespace: 'ns', podName: 'p', podUid: 'u', bootId: 'boot-0001' },
    seq,
    planVersion: '',
    windowStartedAtMs: 0,
    windowMs: 5_000,
    paths: [],
    checks: [],
  };
}

test('keeps the newest windows, gives them newest first, and counts what it lost until that is delivered', () => {
  const spool = createSpool(3);
  for (const seq of [0, 1, 2, 3, 4]) spool.push(report(seq));
  expect(spool.dropped()).toBe(2);
  const order: number[] = [];
  for (let next = spool.newest(); next !== null; next = spool.newest()) {
    order.push(next.seq);
    spool.remove(next);
  }
  expect(order).toEqual([4, 3, 2]);
  spool.acknowledgeDropped(2);
  expect(spool.dropped()).toBe(0);
});

test('windows lost while a report is on its way are still told with the next one', () => {
  const spool = createSpool(1);
  spool.push(report(0));
  spool.push(report(1));
  const told = spool.dropped();
  spool.push(report(2));
  spool.acknowledgeDropped(told);
  expect(spool.dropped()).toBe(1);
});
