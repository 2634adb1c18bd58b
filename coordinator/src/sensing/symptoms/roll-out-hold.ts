import { cniCoverage } from '../../facts/cni-coverage.ts';
import { cniFlavourOf } from '../../facts/cni-flavour.ts';
import type { ClusterFacts } from '../../facts/cluster-facts.ts';
import { isActive, podsOwnedBy } from '../../facts/pod-lookups.ts';
import { podTrouble } from '../../facts/pod-trouble.ts';
import { rolloutsInProgress } from '../../facts/rollouts.ts';
import type { DeploymentRecord, PodRecord } from '../../facts/records.ts';
import { isDnsPod } from '../service-targets.ts';
import type { Observation } from './observation.ts';

type Surroundings = Pick<Observation, 'facts' | 'nowMs' | 'settings'>;

/** A component that became ready less than this ago is still setting the node up. */
const settlingMs = 15_000;

/**
 * How long failing pod paths of a node have to last: longer while that node's CNI agent is being replaced. An agent
 * that the DaemonSet does not want there at all, or that crash-loops, is no roll-out.
 */
export function cniHoldMs({ facts, nowMs, settings }: Surroundings, node: string): number {
  const rolling = cniCoverage(facts)
    .flatMap((coverage) => coverage.nodes)
    .filter((entry) => entry.node.meta.name === node)
    .some((entry) => {
      switch (entry.state) {
        case 'ready':
          return isSettling(entry.pod, nowMs);
        case 'unhealthy':
          return (
            entry.trouble.kind === 'not-ready' && nowMs - entry.pod.meta.createdMs < settings.rolloutHoldMs
          );
        case 'missing':
          return true;
        case 'excluded':
        case 'unknown':
          return false;
      }
    });
  return rolling ? settings.rolloutHoldMs : settings.pathsHoldMs;
}

/** The same for Service paths of a node: is its kube-proxy pod being replaced? */
export function serviceProxyHoldMs({ facts, nowMs, settings }: Surroundings, node: string): number {
  const proxy = facts.daemonSets.find((ds) => ds.meta.name === 'kube-proxy');
  const cniMs = cniHoldMs({ facts, nowMs, settings }, node);
  if (proxy === undefined) return cniMs;
  const here = podsOwnedBy(facts, proxy.meta.uid).filter((pod) => pod.nodeName === node);
  const rolling = here.some(
    (pod) => !isActive(pod) || isSettling(pod, nowMs) || isStarting(pod, nowMs, settings.rolloutHoldMs),
  );
  return rolling ? settings.rolloutHoldMs : cniMs;
}

/** DNS: a roll-out of CoreDNS that leaves at least one pod serving may cost single answers; without any it is an outage. */
export function dnsHoldMs({ facts, nowMs, settings }: Surroundings): number {
  const pods = facts.pods.filter((pod) => isDnsPod(pod) && isActive(pod));
  const serving = pods.some((pod) => pod.ready);
  const changing = pods.some(
    (pod) => isSettling(pod, nowMs) || isStarting(pod, nowMs, settings.rolloutHoldMs),
  );
  const rolling =
    dnsDeployments(facts).some(isRolling) || facts.pods.some((pod) => isDnsPod(pod) && !isActive(pod));
  // Where their nodes get a new CNI agent, DNS pods are out of reach for moments.
  const moving = pods.some(
    ({ nodeName }) => cniHoldMs({ facts, nowMs, settings }, nodeName) > settings.pathsHoldMs,
  );
  return serving && (changing || rolling || moving) ? settings.rolloutHoldMs : settings.pathsHoldMs;
}

/** Roll-outs of network components under way, as lines of context. */
export function rollOutLines(facts: ClusterFacts): string[] {
  const components = [
    ...facts.daemonSets.filter((ds) => cniFlavourOf(ds) !== null || ds.meta.name === 'kube-proxy'),
    ...dnsDeployments(facts),
  ].map(({ meta }) => meta.uid);
  return rolloutsInProgress(facts)
    .filter(({ ref }) => ref.uid !== undefined && components.includes(ref.uid))
    .slice(0, 2)
    .map(({ text }) => `Rolling out: ${text}`);
}

/** Deployments whose pods are the cluster's DNS. */
export function dnsDeployments(facts: ClusterFacts): DeploymentRecord[] {
  return facts.deployments.filter(
    (deployment) =>
      deployment.meta.namespace === 'kube-system' && deployment.template.labels['k8s-app'] === 'kube-dns',
  );
}

/** A change of the template under way; pods that merely are not ready are no roll-out. */
export function isRolling(deployment: DeploymentRecord): boolean {
  return (
    deployment.observedGeneration < deployment.meta.generation ||
    deployment.updated < deployment.replicas ||
    deployment.statusReplicas > deployment.updated
  );
}

function isSettling(pod: PodRecord, nowMs: number): boolean {
  return pod.readySinceMs !== null && nowMs - pod.readySinceMs < settlingMs;
}

function isStarting(pod: PodRecord, nowMs: number, withinMs: number): boolean {
  return podTrouble(pod)?.kind === 'not-ready' && nowMs - pod.meta.createdMs < withinMs;
}
