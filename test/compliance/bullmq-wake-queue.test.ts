import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createBullWakeQueue,
  type BullWakeQueueSettings,
} from '@pathmedic/coordinator/adapters/bullmq/wake-queue.ts';
import { StoreUnavailable } from '@pathmedic/coordinator/ports/store-unavailable.ts';
import type { WakeQueue } from '@pathmedic/coordinator/ports/wake-queue.ts';
import { eventually } from '../support/condition.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { describeWakeQueue, gate } from './wake-queue.suite.ts';

let server: RedisServer;
const queues: WakeQueue[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  await Promise.all(queues.map((queue) => queue.close()));
  await server?.stop();
});

function queueOn(redis: RedisServer, more: Partial<BullWakeQueueSettings> = {}): WakeQueue {
  const queue = createBullWakeQueue({ url: redis.url, prefix: `{${randomUUID()}}`, ...more });
  queues.push(queue);
  return queue;
}

describeWakeQueue('BullMQ', () => {
  const prefix = `{${randomUUID()}}`;
  const [queue, other] = [queueOn(server, { prefix }), queueOn(server, { prefix })];
  return Promise.resolve({
    queue,
    other,
    close: async () => {
      await Promise.all([queue.close(), other.close()]);
    },
  });
});

describe('BullMQ WakeQueue', () => {
  test('a finished job leaves no key of its own', async () => {
    const prefix = `{${randomUUID()}}`;
    const queue = queueOn(server, { prefix });
    let runs = 0;
    await queue.work('incident', () => Promise.resolve(void (runs += 1)));
    await queue.wake('incident', 'inc-a');
    await eventually('it ran', () => runs === 1);
    const names = await eventually('only the bookkeeping of the queue is left', async () => {
      const keys = await server.inspect().keys(`${prefix}*`);
      return keys.some((key) => key.includes('inc-a') || /:\d+$/.test(key)) ? null : keys;
    });
    expect(names.length).toBeLessThan(8);
  });

  test('closing does not wait without end for a handler that hangs', async () => {
    const queue = queueOn(server, { closeTimeoutMs: 50 });
    const hanging = gate();
    let started = false;
    const worker = await queue.work('incident', () => {
      started = true;
      return hanging.opened;
    });
    await queue.wake('incident', 'inc-a');
    await eventually('it started', () => started);
    const startedMs = performance.now();
    await worker.close();
    await queue.close();
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    hanging.open();
  });

  test.each([
    { kind: 'execution', runs: 0 },
    { kind: 'incident', runs: 1 },
  ] as const)(
    'after a worker was lost in a job of $kind it runs $runs more times, and wakes work again',
    async ({ kind, runs }) => {
      const prefix = `{${randomUUID()}}`;
      const lost = queueOn(server, { prefix, closeTimeoutMs: 1, lockMs: 200 });
      const hanging = gate();
      let started = false;
      const worker = await lost.work(kind, () => {
        started = true;
        return hanging.opened;
      });
      await lost.wake(kind, 'inc-lost');
      await eventually('it started', () => started);
      await worker.close();

      const heir = queueOn(server, { prefix, lockMs: 200 });
      const seen: string[] = [];
      await heir.work(kind, (id) => Promise.resolve(void seen.push(id)));
      const stalled = (): number => seen.filter((id) => id === 'inc-lost').length;
      // Run again or given up: either way the job goes, and its deduplication with it.
      await eventually('the lost job is gone', async () => {
        const keys = await server.inspect().keys(`${prefix}:${kind}:*`);
        return keys.every((key) => !/:\d+$/.test(key));
      });
      expect(stalled()).toBe(runs);
      await heir.wake(kind, 'inc-lost');
      await eventually('a new wake arrives', () => stalled() === runs + 1);
      hanging.open();
    },
  );

  test('without Redis a wake is refused within its bound', async () => {
    const gone = await startRedis();
    const queue = queueOn(gone, { wakeTimeoutMs: 300 });
    await queue.wake('incident', 'inc-a');
    await gone.kill();
    const startedMs = performance.now();
    await expect(queue.wake('incident', 'inc-b')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    await gone.start();
    await eventually('wakes are taken again', () =>
      queue.wake('incident', 'inc-c').then(
        () => true,
        () => false,
      ),
    );
    await queue.close();
    await gone.stop();
  });
});
