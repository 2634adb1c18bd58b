import { sleep, type Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { DeliverOnWake } from './pipeline/deliver-on-wake.ts';
import type { PipelineDeps } from './pipeline/deps.ts';
import { sweep } from './pipeline/sweep.ts';
import { workOnIncident } from './pipeline/work.ts';
import type { WakeQueue } from './ports/wake-queue.ts';
import type { DetectLoop } from './sensing/detect-loop.ts';

export interface LeaderDutiesParts {
  clock: Clock;
  logger: Logger;
  queue: WakeQueue;
  pipeline: PipelineDeps;
  leading: () => boolean;
  /** A new loop with empty memory: what an earlier time as leader knew is old. */
  freshDetection: () => DetectLoop;
  /** A new delivery to Slack for one time as leader, which may tell as long as `mayTell`; null without Slack. */
  freshDelivery: ((mayTell: () => boolean) => DeliverOnWake) | null;
  /** What else runs while this replica leads. Starts at once and does not throw. */
  alongside: readonly (() => { close(): Promise<void> })[];
}

/** What only the leader does: detect, work on incidents, deliver messages. Starting and stopping may be repeated. */
export interface LeaderDuties {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const sweepEveryMs = 1000;
const retryMs = 2000;

export function createLeaderDuties(parts: LeaderDutiesParts): LeaderDuties {
  const { queue, logger, pipeline } = parts;
  let running: { stop(): Promise<void> } | null = null;
  /** Starts and stops run one after the other. */
  let turn: Promise<void> = Promise.resolve();
  /** Ends the attempts to start. */
  let unwanted = new AbortController();

  async function begin(): Promise<{ stop(): Promise<void> }> {
    const stop = new AbortController();
    // Work that was held up from this time as leader must not go on in a later one.
    let ended = false;
    const delivery = parts.freshDelivery?.(() => parts.leading() && !ended) ?? null;
    const workers: { close(): Promise<void> }[] = [];
    try {
      workers.push(await queue.work('incident', (id) => whileLeading(() => workOnIncident(pipeline, id))));
      if (delivery !== null)
        workers.push(await queue.work('outbox', (id) => whileLeading(() => delivery.handle(id))));
    } catch (error) {
      ended = true;
      delivery?.close();
      await Promise.all(workers.map((w) => w.close()));
      throw error;
    }
    const detection = parts.freshDetection();
    detection.start();
    const others = parts.alongside.map((start) => start());
    const sweepDeps = { store: pipeline.store, queue, clock: parts.clock, log: logger };
    const sweeping = sweep(sweepDeps, 'coordinator', sweepEveryMs, parts.leading, stop.signal);
    logger.info('leading: sensing, incidents and messages are the duty of this replica');
    return {
      async stop() {
        ended = true;
        stop.abort();
        delivery?.close();
        await detection.stop();
        await Promise.all([sweeping, ...[...workers, ...others].map((w) => w.close())]);
      },
    };
  }

  /** Leading without its duties nobody would notice a fault: it is tried until it works or somebody else leads. */
  async function beginUntilItWorks(signal: AbortSignal): Promise<void> {
    while (running === null && !signal.aborted) {
      try {
        running = await begin();
      } catch (error) {
        logger.error({ err: error }, 'the duties of the leader could not be started; trying again');
        await sleep(parts.clock, retryMs, signal).catch(() => undefined);
      }
    }
  }

  async function whileLeading(work: () => Promise<void>): Promise<void> {
    // A wake that a replica took after it lost the lease is made up for by the new leader's next sweep.
    if (parts.leading()) await work();
  }

  function inTurn(duty: () => Promise<void>): Promise<void> {
    turn = turn.then(duty).catch((error: unknown) => {
      logger.error({ err: error }, 'the duties of the leader could not be started or ended');
    });
    return turn;
  }

  return {
    start() {
      if (unwanted.signal.aborted) unwanted = new AbortController();
      const { signal } = unwanted;
      return inTurn(() => beginUntilItWorks(signal));
    },
    stop() {
      unwanted.abort();
      return inTurn(async () => {
        const ending = running;
        running = null;
        await ending?.stop();
      });
    },
  };
}
