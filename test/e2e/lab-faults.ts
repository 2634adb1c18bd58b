import { faultMemory } from '../lab/faults/fault-memory.ts';
import type { Fault, FaultPlace } from '../lab/faults/fault.ts';
import { faults } from '../lab/faults/registry.ts';
import { labPlaces } from '../lab/lab-places.ts';
import type { Lab } from '../lab/lab.ts';
import type { Place } from './expectations/expectation.ts';
import type { Faults } from './test-bed.ts';

/** The faults of a lab that is up. What one remembers for its healing is kept where `npm run lab` looks too. */
export function labFaults(lab: Lab): Faults {
  const named = (name: string): Fault => {
    const fault = faults.find((one) => one.name === name);
    if (fault === undefined) throw new Error(`the lab has no fault ${name}`);
    return fault;
  };
  const at = ({ node, peer }: Place, name: string): FaultPlace => ({
    lab,
    node,
    peer,
    ...faultMemory(labPlaces(lab.name).faults, name),
  });
  return {
    named,
    inject: (name, place) => named(name).inject(at(place, name)),
    heal: (name, place) => named(name).heal(at(place, name)),
    measure: (name, place) => named(name).measure(at(place, name)),
  };
}
