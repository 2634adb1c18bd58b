import type { ClusterFacts } from './cluster-facts.ts';
import { matchesLabels } from './label-selector.ts';
import { isActive, podsSelectedBy } from './pod-lookups.ts';
import type { DaemonSetRecord, DeploymentRecord, PodRecord, ServiceRecord } from './records.ts';

/** One label by which a Service misses the pods that it probably means. */
export interface LabelMiss {
  key: string;
  wanted: string;
  /** What the pods have instead; null: they lack the label. */
  present: string | null;
}

/** Pods that the selector nearly selects. */
export interface NearMiss {
  pods: PodRecord[];
  misses: LabelMiss[];
}

/** Why no ready pod stands behind a Service. */
export type Unbacked =
  /** `near`: pods of the namespace with some of the wanted labels; null when there are none such. */
  | { why: 'selects-nothing'; near: NearMiss | null }
  | { why: 'scaled-to-zero'; workload: DeploymentRecord }
  /** The workload wants pods, and there are none: quota, admission, a stuck controller. */
  | { why: 'no-pods'; workload: DeploymentRecord | DaemonSetRecord }
  | { why: 'not-ready'; pods: PodRecord[] };

/** Services whose endpoints Kubernetes keeps by their selector. */
export function isBackedBySelector(service: ServiceRecord): boolean {
  return (
    service.type !== 'ExternalName' &&
    Object.keys(service.selector).length > 0 &&
    !service.publishNotReadyAddresses &&
    service.meta.deletingSinceMs === null
  );
}

/** Null while a ready pod is selected. Only for Services with a selector, on pods and workloads that could be read. */
export function unbacked(facts: ClusterFacts, service: ServiceRecord): Unbacked | null {
  const { namespace } = service.meta;
  const pods = podsSelectedBy(facts, namespace, service.selector).filter(isActive);
  if (pods.some(({ ready }) => ready)) return null;
  if (pods.length > 0) return { why: 'not-ready', pods };
  const workload = workloadsOf(facts, namespace).find(({ template }) =>
    matchesLabels(template.labels, service.selector),
  );
  if (workload === undefined) return { why: 'selects-nothing', near: nearMiss(facts, service) };
  return 'replicas' in workload && workload.replicas === 0
    ? { why: 'scaled-to-zero', workload }
    : { why: 'no-pods', workload };
}

function workloadsOf(facts: ClusterFacts, namespace: string): (DeploymentRecord | DaemonSetRecord)[] {
  return [...facts.deployments, ...facts.daemonSets].filter(({ meta }) => meta.namespace === namespace);
}

/** The ready pods of the namespace that the selector most likely means: by labels, then by ports, then by name. */
function nearMiss(facts: ClusterFacts, service: ServiceRecord): NearMiss | null {
  const wanted = Object.entries(service.selector);
  const candidates = facts.pods
    .filter((pod) => pod.meta.namespace === service.meta.namespace && isActive(pod) && pod.ready)
    .map((pod) => ({ pod, misses: missesOf(wanted, pod.meta.labels) }))
    .filter(({ misses }) => isNear(wanted.length, misses));
  const groups = [...Map.groupBy(candidates, ({ misses }) => missKey(misses)).values()];
  const ranked = groups.flatMap((group): { near: NearMiss; rank: number[] }[] => {
    const [first] = group;
    if (first === undefined) return [];
    const near = { pods: group.map(({ pod }) => pod), misses: first.misses };
    const alike = Math.max(...first.misses.map((miss) => likeness(miss, service.meta.name)));
    return [{ near, rank: [-first.misses.length, servesPorts(service, first.pod) ? 1 : 0, alike] }];
  });
  return ranked.toSorted((a, b) => compareRanks(b.rank, a.rank))[0]?.near ?? null;
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** The pod declares a port that the Service leads to. */
function servesPorts(service: ServiceRecord, pod: PodRecord): boolean {
  const declared = pod.containers.flatMap(({ ports }) => ports);
  return service.ports.some(({ port, targetPort }) =>
    declared.some((one) => one.name === targetPort || String(one.port) === (targetPort || String(port))),
  );
}

/** Letters from the start that the value shares with what is wanted; most when it is the Service's own name. */
function likeness({ wanted, present }: LabelMiss, serviceName: string): number {
  if (present === null) return 0;
  if (present === serviceName) return 64;
  let shared = 0;
  while (shared < present.length && present[shared] === wanted[shared]) shared += 1;
  return shared;
}

function missesOf(
  wanted: readonly [string, string][],
  labels: Readonly<Record<string, string>>,
): LabelMiss[] {
  return wanted
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => ({ key, wanted: value, present: labels[key] ?? null }));
}

/** Some other label fits; or, where there is only the one, the pods have it with another value. */
function isNear(wanted: number, misses: readonly LabelMiss[]): boolean {
  return misses.length < wanted || misses.every(({ present }) => present !== null);
}

function missKey(misses: readonly LabelMiss[]): string {
  return misses.map(({ key, present }) => `${key}=${present ?? ''}`).join();
}
