import { clusterDns } from '../../facts/coredns-objects.ts';
import { podTrouble } from '../../facts/pod-trouble.ts';
import { lastChangeOf } from '../../facts/recent-changes.ts';
import { refOf } from '../../facts/object-ref-of.ts';
import type { PodRecord, ServiceRecord } from '../../facts/records.ts';
import { isBackedBySelector, type Unbacked, unbacked } from '../../facts/service-backing.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded, clip } from './observation.ts';
import { isRolling } from './roll-out-hold.ts';
import type { ServiceMemory } from './service-history.ts';

/** A selector written so lately counts as changed, also when nobody remembers the one before. */
const selectorFreshMs = 3_600_000;
/** A new pod may take this long to become ready, and the hold time of a roll-out more. */
const startMs = 60_000;

/** Begins the key of these symptoms. */
export const noEndpointsKey = 'no-endpoints:';

interface Empty {
  service: ServiceRecord;
  memory: ServiceMemory | undefined;
  found: Unbacked;
}

/**
 * S3: Services that had endpoints and have none any more, because their selector matches nothing or because their pods
 * are not there or not ready. Scaling to zero, deleting and starting slowly are somebody's choice; pods that are not
 * ready while the network is in trouble (`networkInTrouble`) follow from that.
 */
export function emptyServices(observation: Observation, networkInTrouble: boolean): Observed[] {
  const { facts, nowMs } = observation;
  const unreadable = facts.unknown.some(({ what }) => what === 'pods' || what === 'services');
  if (unreadable || facts.unknown.some(({ what }) => what === 'endpointSlices')) return [];
  const dns = clusterDns(facts).service?.meta.uid;
  const empty = facts.services.flatMap((service): Empty[] => {
    const { meta } = service;
    const own = meta.labels['app.kubernetes.io/part-of'] === 'pathmedic';
    if (!isBackedBySelector(service) || meta.uid === dns || own) return [];
    const memory = observation.services.get(`${meta.namespace}/${meta.name}`);
    // Endpoints are there now; or nothing was ever seen to change here.
    if (memory?.backedMs === nowMs || (memory === undefined && !isFresh(service, nowMs))) return [];
    const found = unbacked(facts, service);
    const news = found !== null && isNews({ service, memory, found }, observation, networkInTrouble);
    return news ? [{ service, memory, found }] : [];
  });
  return [...Map.groupBy(empty, groupKey).values()].flatMap((group) => symptomOf(group, observation));
}

function isFresh({ meta }: ServiceRecord, nowMs: number): boolean {
  const change = lastChangeOf(meta, 'selector');
  return change !== null && nowMs - change.atMs < selectorFreshMs;
}

function isNews(
  { service, memory, found }: Empty,
  observation: Observation,
  networkInTrouble: boolean,
): boolean {
  const { nowMs } = observation;
  switch (found.why) {
    case 'scaled-to-zero':
      return false;
    case 'selects-nothing': {
      if (found.near === null) return false;
      const other = memory !== undefined && !sameLabels(memory.selector, service.selector);
      const left = found.near.pods.some(({ meta }) => memory?.pods.includes(meta.name) === true);
      return isFresh(service, nowMs) || other || left;
    }
    case 'no-pods':
      return memory !== undefined && !networkInTrouble;
    case 'not-ready':
      return memory !== undefined && !networkInTrouble && failOnTheirOwn(found.pods, memory, observation);
  }
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** Not because of their node or network, and not because they have just been started. */
function failOnTheirOwn(
  pods: readonly PodRecord[],
  memory: ServiceMemory,
  { facts, nowMs }: Observation,
): boolean {
  const well = new Set(
    facts.nodes
      .filter(({ conditions }) =>
        conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
      )
      .map(({ meta }) => meta.name),
  );
  return pods.every((pod) => {
    const kind = podTrouble(pod)?.kind ?? null;
    if (kind === 'unschedulable') return true;
    if (!well.has(pod.nodeName) || (pod.ips.length === 0 && kind === 'not-ready')) return false;
    return (
      kind !== 'not-ready' || memory.pods.includes(pod.meta.name) || nowMs - pod.meta.createdMs > startMs
    );
  });
}

/** Several Services over the same pods are one loss. */
function groupKey({ service, found }: Empty): string {
  const { namespace, name } = service.meta;
  switch (found.why) {
    case 'not-ready':
      return `${namespace} ${found.pods
        .map(({ meta }) => meta.uid)
        .toSorted()
        .join()}`;
    case 'no-pods':
      return `${namespace} ${found.workload.meta.uid}`;
    case 'selects-nothing':
    case 'scaled-to-zero':
      return `${namespace}/${name}`;
  }
}

export function reasonWords(found: Unbacked): string {
  switch (found.why) {
    case 'selects-nothing':
      return 'its selector matches no pod';
    case 'scaled-to-zero':
      return 'it is scaled to zero';
    case 'no-pods':
      return 'none of its pods exists';
    case 'not-ready':
      return found.pods.length === 1
        ? 'its only pod is not ready'
        : `none of its ${found.pods.length} pods is ready`;
  }
}

function linesOf(found: Unbacked, service: ServiceRecord): string[] {
  switch (found.why) {
    case 'selects-nothing': {
      const selector = Object.entries(service.selector).map(([key, value]) => `${key}=${value}`);
      const misses = (found.near?.misses ?? []).map(
        ({ key, present }) => `${key}=${present === null ? '(absent)' : present}`,
      );
      return [
        `Selector: ${clip(selector.join(', '), 200)}`,
        ...(found.near === null
          ? []
          : [`${found.near.pods.length} ready pods there have ${clip(misses.join(', '), 200)}`]),
      ];
    }
    case 'not-ready':
      return found.pods.slice(0, 6).map((pod) => {
        const trouble = podTrouble(pod);
        const restarts = trouble !== null && trouble.restarts > 0 ? `, ${trouble.restarts} restarts` : '';
        return `${pod.meta.name} on ${pod.nodeName || 'no node'}: ${trouble?.reason ?? 'not ready'}${restarts}`;
      });
    case 'no-pods':
      return [`${found.workload.meta.name} wants pods, and none is there`];
    case 'scaled-to-zero':
      return [];
  }
}

function holdOf(found: Unbacked, { facts, settings }: Observation, namespace: string): number {
  if (found.why !== 'selects-nothing') return settings.rolloutHoldMs;
  // A release may change the Service first and the pods after it.
  const rolling = facts.deployments.some((one) => one.meta.namespace === namespace && isRolling(one));
  return rolling ? settings.rolloutHoldMs : 2 * settings.clusterHoldMs;
}

function symptomOf(group: readonly Empty[], observation: Observation): Observed[] {
  const sorted = group.toSorted((a, b) => (a.service.meta.name < b.service.meta.name ? -1 : 1));
  const [first, ...more] = sorted;
  if (first === undefined) return [];
  const { service, found } = first;
  const { namespace, name } = service.meta;
  const lost = sorted.flatMap(({ memory }) => (memory === undefined ? [] : [memory.backedMs]));
  return [
    {
      holdMs: holdOf(found, observation, namespace),
      symptom: bounded({
        kind: 'service-endpoints',
        key: `${noEndpointsKey}${namespace}/${name}`,
        scope: { type: 'service', namespace, name },
        component: null,
        headline: `Service ${namespace}/${name} has no endpoints: ${reasonWords(found)}`,
        sinceMs: lost.length === 0 ? observation.nowMs : Math.min(...lost),
        lines: [
          ...linesOf(found, service),
          ...(more.length === 0
            ? []
            : [`Also without endpoints: ${more.map((one) => one.service.meta.name).join(', ')}`]),
        ],
        affected: {
          nodes: [],
          namespaces: [namespace],
          objects: sorted.map((one) => refOf('Service', one.service.meta)),
        },
        pathIds: [],
        lossRate: null,
      }),
    },
  ];
}
