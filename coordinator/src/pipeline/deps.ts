import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { IncidentStore } from '../ports/incident-store.ts';
import type { NetworkView } from '../ports/network-view.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { PipelineSettings } from './settings.ts';

/** Where the pipeline writes what it did; never decides anything. */
export interface PipelineLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** What the coordinator's steps need. */
export interface PipelineDeps {
  store: IncidentStore;
  cluster: Cluster;
  network: NetworkView;
  queue: Pick<WakeQueue, 'wake'>;
  clock: Clock;
  settings: PipelineSettings;
  /** Random, url-safe, at least 20 characters. */
  newId: () => string;
  /** Key of the seals of plans; the executor has the same. */
  approvalKey: string;
  /** Key of the audit chain. */
  auditKey: string;
  log: PipelineLog;
}
