import { expect, test } from 'vitest';
import { sleep } from './clock.ts';
import { createVirtualClock } from './virtual-clock.ts';

test('timers run in order of time, then of creation, also those set by timers, and time stops where told', async () => {
  const clock = createVirtualClock({ startMs: 1_000 });
  const ran: string[] = [];
  clock.after(20, () => ran.push('b'));
  clock.after(10, () => {
    ran.push(`a at ${clock.nowMs()}`);
    clock.after(5, () => ran.push('nested'));
  });
  clock.after(20, () => ran.push('c'));
  clock.after(21, () => ran.push('too late'));
  clock.after(12, () => ran.push('cancelled')).cancel();
  await clock.advanceBy(20);
  expect(ran).toEqual(['a at 1010', 'nested', 'b', 'c']);
  expect(clock.monotonicMs()).toBe(20);
  expect(clock.nextAtMs()).toBe(21);
});

test('work that a timer starts goes on before the next timer runs', async () => {
  const clock = createVirtualClock();
  const ran: string[] = [];
  clock.after(1, () => void Promise.resolve().then(() => ran.push('work')));
  clock.after(2, () => ran.push('next timer'));
  await clock.advanceBy(5);
  expect(ran).toEqual(['work', 'next timer']);
});

test('a sleep ends with its time or with its signal, and leaves no timer', async () => {
  const clock = createVirtualClock();
  const slept = sleep(clock, 100);
  await clock.advanceBy(100);
  await slept;
  const abort = new AbortController();
  const aborted = sleep(clock, 100, abort.signal);
  abort.abort(new Error('stop'));
  await expect(aborted).rejects.toThrow('stop');
  await expect(sleep(clock, 100, abort.signal)).rejects.toThrow('stop');
  expect(clock.pending()).toBe(0);
});
