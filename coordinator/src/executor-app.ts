import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import { createApprovalCheck } from './auth/approval-check.ts';
import type { Principals } from './auth/principals.ts';
import { newId } from './new-id.ts';
import { executeIncident } from './pipeline/execute.ts';
import type { ExecutorDeps } from './pipeline/executor-deps.ts';
import { sweep } from './pipeline/sweep.ts';
import type { Claims } from './ports/claim.ts';
import type { Cluster } from './ports/cluster.ts';
import type { IncidentStore } from './ports/incident-store.ts';
import type { WakeQueue } from './ports/wake-queue.ts';

export interface ExecutorParts {
  store: IncidentStore;
  cluster: Pick<Cluster, 'read' | 'mutate'>;
  claims: Claims;
  queue: WakeQueue;
  clock: Clock;
  logger: Logger;
  executorId: string;
  approvalKey: string;
  principals: Pick<Principals, 'all'>;
}

export interface RunningRole {
  close(): Promise<void>;
}

const sweepEveryMs = 1000;

/** The executor role: woken by the queue, driven by the due times. Takes no requests from anybody. */
export async function startExecutor(parts: ExecutorParts): Promise<RunningRole> {
  const stop = new AbortController();
  const deps: ExecutorDeps = {
    store: parts.store,
    cluster: parts.cluster,
    claims: parts.claims,
    queue: parts.queue,
    clock: parts.clock,
    executorId: parts.executorId,
    newId,
    checkApproval: createApprovalCheck({ approvalKey: parts.approvalKey, principals: parts.principals }),
    log: parts.logger,
  };
  const worker = await parts.queue.work('execution', (id) => executeIncident(deps, id, stop.signal));
  const sweeping = sweep(
    { store: parts.store, queue: parts.queue, clock: parts.clock, log: parts.logger },
    'executor',
    sweepEveryMs,
    () => true,
    stop.signal,
  );
  return {
    async close() {
      stop.abort();
      await sweeping;
      await worker.close();
    },
  };
}
