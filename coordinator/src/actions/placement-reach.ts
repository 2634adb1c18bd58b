import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { shouldRunOn } from '../facts/daemonset-placement.ts';
import type { DaemonSetRecord } from '../facts/records.ts';
import { runningPods } from './workload-target.ts';

/** Names, the first three and how many more. */
export function nameSome(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** Nodes that a changed template reaches and the present one does not. */
export function nodesGained(before: DaemonSetRecord, after: DaemonSetRecord, facts: ClusterFacts): string[] {
  return facts.nodes
    .filter((node) => shouldRunOn(after, node).runs === 'yes' && shouldRunOn(before, node).runs !== 'yes')
    .map(({ meta }) => meta.name);
}

/** Where a changed placement starts the agent, and what it restarts on the way. */
export function placementReach(
  record: DaemonSetRecord,
  gained: readonly string[],
  facts: ClusterFacts,
): string {
  const running = runningPods(record, facts);
  const starts = `Starts ${record.meta.name} on ${nameSome(gained)}`;
  if (running === 0) return `${starts}.`;
  if (record.updateStrategy === 'OnDelete') {
    return `${starts}; the ${running} running pods stay as they are (OnDelete) until somebody deletes them.`;
  }
  const others = running === 1 ? 'the other pod restarts' : `the ${running} others restart one by one`;
  return `${starts}; the template changes, so ${others} (running pods keep their network).`;
}
