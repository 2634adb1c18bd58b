import type { Symptom } from '../domain/symptom.ts';

// Lines of sensing/symptoms that count the nodes of the whole cluster; there is a test that they are still these.
// Others count the peers of one node, which in a large cluster are a few.
const counts = /^(?:DNS Service from|External name from|From pods on) \d+ of (\d+) nodes\b/;

/** How many nodes the cluster has, as far as the symptoms tell; null where they do not. */
export function clusterSizeOf(symptoms: readonly Pick<Symptom, 'lines'>[]): number | null {
  const told = symptoms.flatMap(({ lines }) => lines).flatMap((line) => counts.exec(line)?.[1] ?? []);
  return told.length === 0 ? null : Math.max(...told.map(Number));
}
