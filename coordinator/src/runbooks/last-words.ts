import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { clip } from './evidence.ts';

/** How the usual loggers mark what went wrong: klog, logrus, zap, Calico, plain words. */
const WRONG =
  /^[EF]\d{4} |level=(error|fatal|panic)|"level":"(error|fatal|panic)"|\[(ERROR|FATAL|PANIC)\]|\b(error|failed|fatal|panic)\b/i;

/** The last line of a pod's log that says what went wrong, its end before its start; null when none does. */
export function lastWords(facts: ClusterFacts, pod: { namespace: string; name: string }): string | null {
  const logs = facts.logs
    .filter((log) => log.namespace === pod.namespace && log.pod === pod.name)
    .toSorted((a, b) => Number(b.previous) - Number(a.previous));
  for (const { lines } of logs) {
    const line = lines.findLast((one) => WRONG.test(one.slice(0, 2000)));
    if (line !== undefined) return clip(line.replace(/^[EF]\d{4} [\d:.]+ +\d+ /, ''), 220);
  }
  return null;
}
