import { join } from 'node:path';
import { faultMemory } from './faults/fault-memory.ts';
import type { FaultPlace } from './faults/fault.ts';
import type { Lab } from './lab.ts';
import { labPlaces } from './lab-places.ts';

/** Where a fault of that name is made; what it remembers is kept for each node, and goes with the lab. */
export function faultPlace(lab: Lab, node: string, peer: string, fault: string): FaultPlace {
  return { lab, node, peer, ...faultMemory(join(labPlaces(lab.name).faults, node), fault) };
}
