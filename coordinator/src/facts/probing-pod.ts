import type { AgentEnd } from '../domain/path.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { isActive } from './pod-lookups.ts';
import type { PodRecord } from './records.ts';

const COMPONENT: Readonly<Record<AgentEnd['mode'], string>> = {
  pod: 'agent-pod',
  host: 'agent-host',
  canary: 'canary',
};

/** The pod that probes from that end, by the labels of its manifest; null when it is not there (any more). */
export function probingPod(facts: ClusterFacts, end: AgentEnd): PodRecord | null {
  const found = facts.pods.find(
    (pod) =>
      pod.meta.namespace === end.namespace &&
      pod.nodeName === end.node &&
      pod.meta.labels['app.kubernetes.io/part-of'] === 'pathmedic' &&
      pod.meta.labels['app.kubernetes.io/component'] === COMPONENT[end.mode] &&
      isActive(pod),
  );
  return found ?? null;
}
