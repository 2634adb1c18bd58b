import type { CauseId } from '@pathmedic/coordinator/domain/cause.ts';
import type { SymptomKind } from '@pathmedic/coordinator/domain/symptom.ts';
import type { Lab, LabNetwork } from '../lab.ts';

/** `unmeasured`: the measurement itself failed; says nothing about the network, neither way. */
export interface Measurement {
  state: 'healthy' | 'faulty' | 'unmeasured';
  /** One line a probe or an object looked at, to read. */
  lines: string[];
}

export interface FaultPlace {
  lab: Lab;
  /** The node that is broken, and one it talks to. */
  node: string;
  peer: string;
  /** What `inject` has to remember for `heal`: kept beside the lab's state, also when the process ends in between. */
  remember(key: string, value: string): Promise<void>;
  recall(key: string): Promise<string | null>;
  forget(key: string): Promise<void>;
}

/** A real fault of a real cluster. It knows nothing of the product under test. */
export interface Fault {
  name: string;
  /** What is done, and what a pod sees of it; a sentence each. */
  about: string;
  /** The truth that a diagnosis is held to. */
  cause: CauseId;
  /** Causes that are not wrong either. */
  alsoTrue?: readonly CauseId[];
  /** Where it shows, most telling first. */
  symptoms: readonly SymptomKind[];
  /** Where it exists; default is every network. */
  networks?: readonly LabNetwork[];
  /** `workers`: on the control plane's node it would end the cluster. Default is any node. */
  nodes?: 'workers';
  /** Idempotent; resolves when the fault is in place. */
  inject(place: FaultPlace): Promise<void>;
  /** Undoes what `inject` did, also when somebody else has repaired it already, and forgets what was remembered. */
  heal(place: FaultPlace): Promise<void>;
  /** Looks at the path itself, without the product. */
  measure(place: FaultPlace): Promise<Measurement>;
}
