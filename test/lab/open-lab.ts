import type { Lab, LabNetwork } from './lab.ts';

export interface BringUpOptions {
  /** Lower-case letters, digits and dashes. Labs of different names run beside each other. */
  name: string;
  /** The control plane's node counts. A lab that is up gets the nodes that it lacks; none is taken away. */
  nodes: number;
  network: LabNetwork;
}

/** The lab of that name, or null when none is up. */
export async function openLab(name: string): Promise<Lab | null> {
  throw new Error(`not yet: ${name}`);
}

/**
 * Brings a lab up, or repairs one that is up and adds nodes; resolves when all of it is ready. When that fails, or
 * `signal` is aborted, a lab that was not up before is taken down again, and the call rejects.
 */
export async function bringUp(
  options: BringUpOptions,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Lab> {
  throw new Error(`not yet: ${options.name} ${String(signal)} ${say.name}`);
}

/** Ends everything of the lab and removes what it left, also when only remains of it are there. False: there was nothing. */
export async function takeDown(name: string): Promise<boolean> {
  throw new Error(`not yet: ${name}`);
}
