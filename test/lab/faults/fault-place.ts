import { labPlaces } from '../lab-places.ts';
import type { Lab } from '../lab.ts';
import { faultMemory } from './fault-memory.ts';
import type { Fault, FaultPlace } from './fault.ts';

/** The node that is broken, and one it talks to. */
export interface FaultNodes {
  node: string;
  peer: string;
}

/** Where a fault is injected, with what it has to remember among the lab's own state. */
export function faultPlace(lab: Lab, fault: Fault, { node, peer }: FaultNodes): FaultPlace {
  return { lab, node, peer, ...faultMemory(labPlaces(lab.name).faults, fault.name) };
}

/** Why a fault cannot be injected there, or null when it can. */
export function whyNotThere(
  lab: Lab,
  fault: Fault,
  { node, peer }: FaultNodes,
  control: string,
): string | null {
  if (node === peer) return `node and peer are both ${node}`;
  if (fault.networks !== undefined && !fault.networks.includes(lab.network)) {
    return `needs the network ${fault.networks.join(' or ')}, this lab's is ${lab.network}`;
  }
  if (fault.nodes === 'workers' && node === control)
    return `${node} runs the control plane, which it would end`;
  return null;
}
