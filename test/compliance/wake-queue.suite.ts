import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WakeQueue } from '@pathmedic/coordinator/ports/wake-queue.ts';
import { eventually } from '../support/condition.ts';

export interface QueueUnderTest {
  queue: WakeQueue;
  /** A second replica on the same data. */
  other: WakeQueue;
  close(): Promise<void>;
}

/** A promise to be resolved from outside. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** What every WakeQueue has to do; each test has a queue of its own. */
export function describeWakeQueue(name: string, create: () => Promise<QueueUnderTest>): void {
  describe(`WakeQueue: ${name}`, () => {
    let under: QueueUnderTest;
    beforeAll(async () => {
      under = await create();
    });
    afterAll(() => under?.close());

    test('a wake reaches a worker of another replica, and only of its kind', async () => {
      const seen: string[] = [];
      const id = randomUUID();
      const one = await under.other.work('incident', (woken) =>
        Promise.resolve(void seen.push(`incident ${woken}`)),
      );
      const two = await under.other.work('outbox', (woken) =>
        Promise.resolve(void seen.push(`outbox ${woken}`)),
      );
      await under.queue.wake('incident', id);
      await eventually('the wake arrives', () => seen.length > 0);
      await under.queue.wake('outbox', id);
      await eventually('the other wake arrives', () => seen.length > 1);
      expect(seen).toEqual([`incident ${id}`, `outbox ${id}`]);
      await one.close();
      await two.close();
    });

    test('wakes during a run lead to exactly one further run, never beside it', async () => {
      const id = randomUUID();
      const first = gate();
      let active = 0;
      let most = 0;
      let runs = 0;
      const handle = async (): Promise<void> => {
        active += 1;
        most = Math.max(most, active);
        runs += 1;
        if (runs === 1) await first.opened;
        active -= 1;
      };
      const workers = [
        await under.queue.work('incident', handle),
        await under.other.work('incident', handle),
      ];
      await under.queue.wake('incident', id);
      await eventually('the first run starts', () => runs === 1);
      await Promise.all([1, 2, 3].map(() => under.other.wake('incident', id)));
      first.open();
      await eventually('it runs again', () => runs === 2 && active === 0);
      const last = randomUUID();
      let lastSeen = false;
      await Promise.all(workers.map((worker) => worker.close()));
      const after = await under.queue.work('incident', (woken) => {
        if (woken === last) lastSeen = true;
        else runs += 1;
        return Promise.resolve();
      });
      await under.queue.wake('incident', last);
      await eventually('a later wake arrives', () => lastSeen);
      expect({ runs, most }).toEqual({ runs: 2, most: 1 });
      await after.close();
    });

    test('a handler that throws is not run again by itself, and the next wake is taken', async () => {
      const id = randomUUID();
      let runs = 0;
      const worker = await under.queue.work('outbox', () => {
        runs += 1;
        return runs === 1 ? Promise.reject(new Error('refused')) : Promise.resolve();
      });
      await under.queue.wake('outbox', id);
      await eventually('it ran', () => runs === 1);
      const later = await eventually('a wake after the failure is taken', async () => {
        await under.queue.wake('outbox', id);
        return runs >= 2 ? runs : null;
      });
      expect(later).toBeGreaterThanOrEqual(2);
      await worker.close();
    });
  });
}
