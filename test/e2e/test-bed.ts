import type { KubeConfig } from '@kubernetes/client-node';
import type { Fault, Measurement } from '../lab/faults/fault.ts';
import type { Lab } from '../lab/lab.ts';
import type { Deployment } from './deploy.ts';
import type { Place } from './expectations/expectation.ts';
import type { Product } from './product.ts';

/** The lab's faults by name. */
export interface Faults {
  named(name: string): Fault;
  inject(name: string, place: Place): Promise<void>;
  heal(name: string, place: Place): Promise<void>;
  measure(name: string, place: Place): Promise<Measurement>;
}

/** A lab with the product in it: what a case works with. */
export interface TestBed {
  lab: Lab;
  kubeConfig: KubeConfig;
  faults: Faults;
  deployment: Deployment;
  product: Product;
  say(line: string): void;
  /** Aborted when the run is interrupted. */
  signal: AbortSignal;
}
