import type { HostReading } from '@pathmedic/shared/contract/host-reading.ts';

/** What one node's kernel says of its network, as its host agent last told; null fields could not be read there. */
export interface HostFacts extends HostReading {
  node: string;
  /** When the coordinator heard it last, unchanged or not. */
  receivedMs: number;
}
