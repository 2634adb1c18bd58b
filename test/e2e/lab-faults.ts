import { faultPlace } from '../lab/fault-place.ts';
import type { Fault } from '../lab/faults/fault.ts';
import { faults } from '../lab/faults/registry.ts';
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
  const at = ({ node, peer }: Place, name: string) => faultPlace(lab, node, peer, name);
  return {
    named,
    inject: (name, place) => named(name).inject(at(place, name)),
    heal: (name, place) => named(name).heal(at(place, name)),
    measure: (name, place) => named(name).measure(at(place, name)),
  };
}
