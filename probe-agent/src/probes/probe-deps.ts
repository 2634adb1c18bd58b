import type { ProbeKey } from '@pathmedic/shared/contract/plan.ts';
import type { LadderMemory } from './ladder-memory.ts';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';

/** What every prober needs beside its target. */
export interface ProbeDeps {
  clock: Clock;
  /** Key that requests are made with. */
  key: ProbeKey;
  /** Local address to probe from; the kernel's choice when null. */
  sourceAddress: string | null;
  /** MTU of the interface that has this address, in bytes. */
  mtuBytesOf: (address: string) => number;
  /** What earlier probes found out about sizes. */
  ladders: LadderMemory;
}
