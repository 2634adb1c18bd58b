import { silentLogger } from '@pathmedic/shared/runtime/logger.ts';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test, vi } from 'vitest';
import { createLeaderDuties } from './leader-duties.ts';
import type { PipelineDeps } from './pipeline/deps.ts';
import { StoreUnavailable } from './ports/store-unavailable.ts';
import type { WakeQueue } from './ports/wake-queue.ts';

function createBench(work: WakeQueue['work']) {
  const clock = createVirtualClock();
  const detection = {
    start: vi.fn<() => void>(),
    tick: async () => undefined,
    stop: vi.fn<() => Promise<void>>(async () => undefined),
  };
  const store = { due: async () => [], outboxPending: async () => [] };
  const duties = createLeaderDuties({
    clock,
    logger: silentLogger(),
    queue: { wake: async () => undefined, work, close: async () => undefined },
    // Only its store is touched while no incident is due.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    pipeline: { store } as unknown as PipelineDeps,
    leading: () => true,
    freshDetection: () => detection,
    freshDelivery: null,
    alongside: [],
  });
  return { clock, detection, duties };
}

test('duties that could not be started are tried again until they run', async () => {
  const work = vi
    .fn<WakeQueue['work']>()
    .mockRejectedValueOnce(new StoreUnavailable('away'))
    .mockResolvedValue({ close: async () => undefined });
  const { clock, detection, duties } = createBench(work);
  const started = duties.start();
  await vi.waitFor(() => expect(work).toHaveBeenCalledOnce());
  expect(detection.start).not.toHaveBeenCalled();
  await clock.advanceBy(2000);
  await started;
  expect(detection.start).toHaveBeenCalledOnce();
  await duties.stop();
  expect(detection.stop).toHaveBeenCalledOnce();
});

test('a replica that no longer leads gives up trying, also when it was told to start twice', async () => {
  const work = vi.fn<WakeQueue['work']>().mockRejectedValue(new StoreUnavailable('away'));
  const { detection, duties } = createBench(work);
  void duties.start();
  void duties.start();
  await vi.waitFor(() => expect(work).toHaveBeenCalledOnce());
  await duties.stop();
  expect(detection.start).not.toHaveBeenCalled();
});
