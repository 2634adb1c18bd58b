import type { Incident } from '../domain/incident.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { cniAgents } from '../facts/cni-flavour.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { networkPods, type NetworkComponent } from '../facts/network-components.ts';
import { podTrouble } from '../facts/pod-trouble.ts';
import type { Meta, PodRecord } from '../facts/records.ts';
import { affectedOf } from './reach.ts';

const maxLogs = 40;
const maxDeletions = 10;

/** Commands with the objects they fit now: `logs NAMESPACE/POD`, `propose ACTION ...`; what is in trouble first. Pure. */
export function typedCompletions(incident: Pick<Incident, 'symptoms'>, facts: ClusterFacts): string[] {
  const affected = new Set(affectedOf(incident).nodes);
  const rank = ([pod, component]: [PodRecord, NetworkComponent]): number =>
    (podTrouble(pod) === null ? 2 : 0) +
    (affected.has(pod.nodeName) ? 0 : 1) +
    (component === 'pathmedic' ? 4 : 0);
  const pods = [...networkPods(facts)].toSorted((a, b) => rank(a) - rank(b) || byName(a[0], b[0]));
  const replaceable = pods.filter(
    ([pod, component]) => podTrouble(pod) !== null && (component === 'CNI agent' || component === 'CoreDNS'),
  );
  return [
    ...pods.slice(0, maxLogs).map(([pod]) => `logs ${nameOf(pod)}`),
    ...replaceable.slice(0, maxDeletions).map(([pod]) => `propose delete-pod ${nameOf(pod)}`),
    ...dnsActions(facts),
    ...cniActions(facts),
  ];
}

function dnsActions(facts: ClusterFacts): string[] {
  const { deployment, daemonSet } = clusterDns(facts);
  if (daemonSet !== null) return [`propose restart-daemonset ${nameOf(daemonSet)}`];
  if (deployment === null) return [];
  const { replicas } = deployment;
  return [
    ...(replicas === 0 ? [] : [`propose restart-deployment ${nameOf(deployment)}`]),
    `propose scale-coredns ${Math.max(2, replicas + 1)}`,
  ];
}

function cniActions(facts: ClusterFacts): string[] {
  const agents = cniAgents(facts).flatMap(({ daemonSets }) => daemonSets);
  return agents.flatMap((agent) => [
    `propose restart-daemonset ${nameOf(agent)}`,
    ...Object.keys(agent.template.nodeSelector)
      .filter((key) => !key.startsWith('kubernetes.io/'))
      .map((key) => `propose patch-daemonset-node-selector ${nameOf(agent)} remove ${key}`),
  ]);
}

function nameOf({ meta }: { meta: Pick<Meta, 'namespace' | 'name'> }): string {
  return `${meta.namespace}/${meta.name}`;
}

function byName(a: PodRecord, b: PodRecord): number {
  return nameOf(a) < nameOf(b) ? -1 : 1;
}
