import type { Lab } from '../lab.ts';
import { readValue } from './change-objects.ts';
import type { Measuring } from './measuring.ts';

/** HTTP to the address of the echo Service, from a node's client pod. */
export async function lookAtService(measure: Measuring, lab: Lab, from: string): Promise<void> {
  const label = `${from} -> service address http`;
  let address: string;
  try {
    address = await readValue(lab, 'app', 'svc/echo', '{.spec.clusterIP}');
  } catch (error) {
    return measure.look(label, () =>
      Promise.reject(error instanceof Error ? error : new Error(String(error))),
    );
  }
  await measure.path(from, label, { kind: 'http', target: `${address}:80`, attempts: 6 });
}
