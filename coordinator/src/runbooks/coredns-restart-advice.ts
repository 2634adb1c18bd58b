import { formatRef } from '../domain/object-ref.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import type { ClusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import type { PodTrouble } from '../facts/pod-trouble.ts';
import { changedBefore, lastChangeOf } from '../facts/recent-changes.ts';
import type { DnsPodState } from './corefile-state.ts';
import { clip } from './evidence.ts';
import { troubleSinceMs } from './symptom-scope.ts';

const ADVICE: Readonly<Record<PodTrouble['kind'], readonly string[]>> = {
  oom: [
    'Raise the memory limit of CoreDNS; its pods restart one by one.',
    'Find out what grows: number of Services and pods, query rate, cache size.',
  ],
  image: [
    'Make the image available to the nodes (registry, pull secret, mirror); the pods start by themselves then.',
  ],
  unschedulable: [
    'Make room on the nodes that CoreDNS may run on, or change its tolerations and anti-affinity; it is meant to be system-cluster-critical.',
  ],
  'container-config': [
    'Give the container what it asks for and does not find (ConfigMap, key, volume); the pods start by themselves then.',
  ],
  'crash-loop': [],
  'not-ready': [],
};

function undoAdvice(situation: Situation, dns: ClusterDns): string[] {
  if (dns.deployment === null) return [];
  const { meta } = dns.deployment;
  const change = lastChangeOf(meta, 'containers');
  const changed = changedBefore(change, troubleSinceMs(situation));
  if (change === null || changed === '' || change.manager.startsWith('pathmedic')) return [];
  const name = formatRef(refOf('Deployment', meta));
  return [
    `Undo the last change of ${name}, ${changed}: kubectl -n ${meta.namespace} rollout undo deployment/${meta.name}.`,
  ];
}

/** Exit code 137 is a kill; some runtimes do not say that it was for its memory. */
function wasKilled(bad: readonly DnsPodState[]): boolean {
  return bad.some(({ pod }) => pod.containers.some(({ lastExit }) => lastExit?.code === 137));
}

/** What people would have to do where a restart changes nothing; empty where a restart may help. */
export function whyNotRestart(
  situation: Situation,
  dns: ClusterDns,
  finding: { bad: readonly DnsPodState[] },
): string[] {
  const kind = finding.bad[0]?.trouble?.kind ?? 'not-ready';
  const undo = kind === 'not-ready' ? [] : undoAdvice(situation, dns);
  const killed = kind === 'crash-loop' && undo.length > 0 && wasKilled(finding.bad) ? ADVICE.oom : [];
  return [...undo, ...ADVICE[kind], ...killed].map((option) => clip(option, 400));
}
