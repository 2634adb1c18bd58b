import { Queue, Worker, type Job, type QueueOptions } from 'bullmq';
import { StoreUnavailable } from '../../ports/store-unavailable.ts';
import type { WakeKind, WakeQueue } from '../../ports/wake-queue.ts';
import { parseRedisUrl } from '../redis/connection.ts';
import { within } from './time-box.ts';

export interface BullWakeQueueSettings {
  /** As for the store: `redis://`, `rediss://`, `unix:///path` or a socket's path. */
  url: string;
  /** Also for a unix socket, whose address holds none. */
  password?: string;
  /** Before every key of BullMQ. */
  prefix?: string;
  /** Incidents worked on at a time by one process. */
  concurrency?: Partial<Record<WakeKind, number>>;
  /** Longest wait for a wake to be taken, milliseconds. */
  wakeTimeoutMs?: number;
  /** How long a close waits for handlers that are still running, milliseconds. */
  closeTimeoutMs?: number;
  /** A job whose worker has not renewed its lock for so long counts as stalled, milliseconds. */
  lockMs?: number;
  /** Told of handlers that threw (with the incident) and of trouble with Redis (without); nothing is retried here. */
  onTrouble?: (trouble: { kind: WakeKind; incidentId: string | null; error: Error }) => void;
}

/**
 * A stalled job runs again where that is harmless (every step is decided afresh from the store). The executor's never
 * does: its incident is looked at again because of its due time, not because a job came back.
 */
const stalledRuns: Record<WakeKind, number> = { incident: 1, outbox: 1, execution: 0, canary: 0 };
const defaultConcurrency: Record<WakeKind, number> = { incident: 4, outbox: 4, execution: 1, canary: 1 };
const reconnect = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2_000);

/**
 * WakeQueue on BullMQ: a queue a kind, deduplicated by incident id. While an incident is worked on, further wakes leave
 * one more run behind it and not one each. (The job's own id stays BullMQ's: an id of ours would swallow the wake that
 * comes while a job of that id is running.)
 */
export function createBullWakeQueue(settings: BullWakeQueueSettings): WakeQueue {
  const prefix = settings.prefix ?? '{pathmedic}:wake';
  const { password } = settings;
  const target = { ...parseRedisUrl(settings.url), ...(password === undefined ? {} : { password }) };
  const queues = new Map<WakeKind, Queue>();
  const workers = new Set<{ close(): Promise<void> }>();
  const trouble = (kind: WakeKind, incidentId: string | null, error: Error): void =>
    settings.onTrouble?.({ kind, incidentId, error });

  function queueOf(kind: WakeKind): Queue {
    const known = queues.get(kind);
    if (known !== undefined) return known;
    const options: QueueOptions = {
      prefix,
      connection: {
        ...target,
        enableOfflineQueue: true,
        maxRetriesPerRequest: 1,
        autoResendUnfulfilledCommands: false,
        retryStrategy: reconnect,
      },
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
      streams: { events: { maxLen: 100 } },
    };
    const queue = new Queue(kind, options);
    queue.on('error', (error) => trouble(kind, null, error));
    queues.set(kind, queue);
    return queue;
  }

  async function wake(kind: WakeKind, incidentId: string): Promise<void> {
    const deduplication = { id: incidentId, keepLastIfActive: true };
    try {
      const added = queueOf(kind).add('wake', { incidentId }, { deduplication });
      await within(settings.wakeTimeoutMs ?? 3_000, added, 'the wake was not taken in time');
    } catch (error) {
      throw new StoreUnavailable(`queue ${kind}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  async function work(kind: WakeKind, handle: (incidentId: string) => Promise<void>) {
    const running = new Set<Promise<void>>();
    const lockMs = settings.lockMs ?? 10_000;
    const process = async (job: Job<{ incidentId: string }>): Promise<void> => {
      const run = handle(job.data.incidentId);
      running.add(run);
      try {
        await run;
      } finally {
        running.delete(run);
      }
    };
    const worker = new Worker(kind, process, {
      prefix,
      connection: { ...target, maxRetriesPerRequest: null, retryStrategy: reconnect },
      concurrency: settings.concurrency?.[kind] ?? defaultConcurrency[kind],
      maxStalledCount: stalledRuns[kind],
      lockDuration: lockMs,
      stalledInterval: lockMs,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on('error', (error) => trouble(kind, null, error));
    worker.on('failed', (job, error) => trouble(kind, job?.data.incidentId ?? null, error));
    const closing = {
      close: () => {
        workers.delete(closing);
        return closeWorker(worker, running, settings.closeTimeoutMs ?? 5_000);
      },
    };
    workers.add(closing);
    await within(settings.wakeTimeoutMs ?? 3_000, worker.waitUntilReady(), 'Redis cannot be reached').catch(
      async (error: unknown) => {
        await closing.close();
        throw new StoreUnavailable(`queue ${kind}`, { cause: error });
      },
    );
    return closing;
  }

  return {
    wake,
    work,
    async close() {
      await Promise.all([...workers].map((worker) => worker.close()));
      await Promise.all([...queues.values()].map((queue) => settled(within(1_000, queue.close(), 'close'))));
      queues.clear();
    },
  };
}

/** Takes no new job, waits for the handlers up to the bound, then lets go: what still runs is no longer the queue's. */
async function closeWorker(worker: Worker, running: Set<Promise<void>>, timeoutMs: number): Promise<void> {
  await settled(within(1_000, worker.pause(true), 'pause'));
  await settled(within(timeoutMs, Promise.allSettled(running), 'handlers still running'));
  const idle = running.size === 0;
  await settled(within(1_000, worker.close(!idle), 'close'));
  await settled(within(1_000, worker.disconnect(), 'disconnect'));
}

async function settled(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
