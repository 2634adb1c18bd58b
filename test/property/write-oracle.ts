import { digestOf } from '@pathmedic/coordinator/actions/digest.ts';
import type { RawObject } from '@pathmedic/coordinator/domain/raw-object.ts';
import type { Cluster } from '@pathmedic/coordinator/ports/cluster.ts';
import type { Process } from './schedule.ts';

/** A write that left a process: what it had read of the target right before. */
export interface ObservedWrite {
  process: string;
  fieldManager: string;
  lastRead: RawObject | null;
}

/** Watches what a process reads and writes through its Cluster port, from outside of the product. */
export interface WriteOracle {
  watch(process: Process, cluster: Pick<Cluster, 'read' | 'mutate'>): Pick<Cluster, 'read' | 'mutate'>;
  writes: readonly ObservedWrite[];
}

export function createWriteOracle(): WriteOracle {
  const writes: ObservedWrite[] = [];
  return {
    writes,
    watch(process, cluster) {
      let lastRead: RawObject | null = null;
      return {
        async read(ref) {
          const result = await cluster.read(ref);
          lastRead = result.ok ? result.object : null;
          return result;
        },
        mutate(mutation, options) {
          if (!options.dryRun)
            writes.push({ process: process.name, fieldManager: options.fieldManager, lastRead });
          return cluster.mutate(mutation, options);
        },
      };
    },
  };
}

/** Digest of what was read, by the plan's own pointers. */
export function digestOfRead(write: ObservedWrite, reads: readonly string[]): string | null {
  return write.lastRead === null ? null : digestOf(write.lastRead, reads);
}
