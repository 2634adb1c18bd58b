import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { createLadderMemory } from '../../src/probes/ladder-memory.ts';
import type { ProbeDeps } from '../../src/probes/probe-deps.ts';
import { testKey } from './test-key.ts';

/** What a prober needs, on an interface of 1500 bytes. */
export function probeDeps(sourceAddress: string | null): ProbeDeps {
  return {
    clock: systemClock,
    key: testKey,
    sourceAddress,
    mtuBytesOf: () => 1500,
    ladders: createLadderMemory(),
  };
}
