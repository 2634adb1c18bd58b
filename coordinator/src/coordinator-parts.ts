import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { ApiClient } from './adapters/kubernetes/api-client.ts';
import type { KubernetesCluster } from './adapters/kubernetes/cluster.ts';
import type { RedisIncidentStore } from './adapters/redis/incident-store.ts';
import type { Principals } from './auth/principals.ts';
import type { CoordinatorConfig } from './config.ts';
import type { Claims } from './ports/claim.ts';
import type { WakeQueue } from './ports/wake-queue.ts';
import type { CoordinatorMetrics } from './telemetry/coordinator-metrics.ts';
import type { IncidentMetrics } from './telemetry/incident-metrics.ts';

/** What the coordinator role is made of. */
export interface CoordinatorParts {
  config: CoordinatorConfig;
  clock: Clock;
  logger: Logger;
  api: ApiClient;
  store: RedisIncidentStore;
  queue: WakeQueue;
  cluster: KubernetesCluster;
  claims: Claims;
  principals: Principals;
  metrics: CoordinatorMetrics;
  incidentMetrics: IncidentMetrics;
  /** Folder of the built console; null without one. */
  console: string | null;
}
