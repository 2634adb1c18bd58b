import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Incident, ProposalState } from '../domain/incident.ts';
import type { Claims } from '../ports/claim.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { IncidentStore } from '../ports/incident-store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { PipelineLog } from './deps.ts';

/** What the executor's work needs. It has no probes and no Slack: only the store, the claims and the API server. */
export interface ExecutorDeps {
  store: IncidentStore;
  cluster: Pick<Cluster, 'read' | 'mutate'>;
  claims: Claims;
  queue: Pick<WakeQueue, 'wake'>;
  clock: Clock;
  /** Names this process; each attempt adds its own nonce. */
  executorId: string;
  newId: () => string;
  /** Checks the plan's seal and the row of each approval with the key that is not in Redis; null when valid, otherwise why not. */
  checkApproval: (incident: Pick<Incident, 'id' | 'cluster'>, proposal: ProposalState) => string | null;
  log: PipelineLog;
}

/** A silent executor is taken for dead after this. */
export const silenceMs = 60_000;
