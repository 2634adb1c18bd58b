import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { silentLogger } from './logger.ts';
import { createShutdown } from './shutdown.ts';
import { createVirtualClock } from './virtual-clock.ts';

function bench() {
  const clock = createVirtualClock();
  const exits: number[] = [];
  const closed: string[] = [];
  const shutdown = createShutdown({
    logger: silentLogger(),
    clock,
    totalMs: 1_000,
    exit: (code) => void exits.push(code),
  });
  const add = (name: string) => shutdown.add(name, () => void closed.push(name));
  return { clock, exits, closed, shutdown, add };
}

test('closes in reverse order, once, without what was taken out', async () => {
  const { closed, shutdown, add } = bench();
  add('store');
  const takeOut = add('left');
  add('server');
  takeOut();
  const [first, second] = await Promise.all([shutdown.run('a'), shutdown.run('b')]);
  expect(closed).toEqual(['server', 'store']);
  expect(first).toEqual({ kind: 'clean' });
  expect(second).toBe(first);
});

test('a closer that fails does not keep the others open', async () => {
  const { closed, shutdown, add } = bench();
  add('store');
  shutdown.add('worker', () => Promise.reject(new Error('x')));
  expect(await shutdown.run('test')).toEqual({ kind: 'failed', failed: ['worker'] });
  expect(closed).toEqual(['store']);
});

test('the bound is on all closers together; those that never returned are named', async () => {
  const { clock, shutdown, add } = bench();
  add('store');
  shutdown.add('stuck', () => new Promise<void>(() => {}));
  const running = shutdown.run('test');
  await clock.advanceBy(1_000);
  expect(await running).toEqual({ kind: 'timed-out', unfinished: ['stuck', 'store'], failed: [] });
});

test('a signal closes and exits; a second one exits at once', async () => {
  const { clock, exits, shutdown } = bench();
  const target = new EventEmitter();
  const undo = shutdown.onSignals(target);
  shutdown.add('stuck', () => new Promise<void>(() => {}));
  target.emit('SIGTERM', 'SIGTERM');
  expect(exits).toEqual([]);
  target.emit('SIGINT', 'SIGINT');
  expect(exits).toEqual([130]);
  await clock.advanceBy(1_000);
  expect(exits).toEqual([130, 1]);
  undo();
  expect(target.listenerCount('SIGTERM')).toBe(0);
});
