import type { Person } from '../../sim/person.ts';
import type { SimCluster } from '../../sim/sim-cluster.ts';

/** What goes wrong in a demo, and how it should end. No word of this reaches the product. */
export interface Scenario {
  name: string;
  /** One line for `--list`. */
  description: string;
  expects: Expectation;
  /** Makes it go wrong as it would in life: a person through the API, or the network by itself. */
  inject(world: FaultWorld): Promise<void>;
}

export type Expectation =
  /** Approved, fixed, checked twice, closed; `changes` are the only ones that may be made, as `verb resource namespace/name`. */
  | { end: 'fixed'; cause: string; changes: readonly RegExp[] }
  /** No remedy inside the cluster: the people who can change it are asked. */
  | { end: 'escalated'; cause: string }
  /** Gone by itself: nothing is changed. */
  | { end: 'healed' };

export interface FaultWorld {
  cluster: SimCluster;
  /** Someone who works with kubectl. */
  sam: Person;
  /** Tells the viewer what was just done, by whom. */
  tell(...lines: string[]): void;
  /** Does something later; forgotten when the demo ends before. */
  later(delayMs: number, run: () => void): void;
}
