import { isActive, podsSelectedBy } from '../../facts/pod-lookups.ts';
import type { PodRecord, ServiceRecord } from '../../facts/records.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded } from './observation.ts';

/** The endpoints controller gets this long after a pod became ready. */
const controllerMs = 60_000;

/** S3: Services that lack pods in their EndpointSlices which have been Ready for a while. */
export function serviceEndpoints(observation: Observation): Observed[] {
  const { facts } = observation;
  const unreadable = facts.unknown.some(
    ({ what }) => what === 'endpointSlices' || what === 'pods' || what === 'services',
  );
  if (unreadable) return [];
  return facts.services.flatMap((service) => {
    const missing = missingPods(service, observation);
    return missing.length === 0 ? [] : [symptomOf(service, missing, observation)];
  });
}

function missingPods(service: ServiceRecord, { facts, nowMs }: Observation): PodRecord[] {
  const { namespace, name } = service.meta;
  const slices = facts.endpointSlices.filter(
    (slice) => slice.meta.namespace === namespace && slice.service === name,
  );
  // No slice at all: nobody manages endpoints here (a foreign controller), or the Service is brand new.
  if (slices.length === 0) return [];
  const listed = new Set(slices.flatMap(({ endpoints }) => endpoints).flatMap(({ addresses }) => addresses));
  return podsSelectedBy(facts, namespace, service.selector).filter(
    (pod) =>
      isActive(pod) &&
      pod.ready &&
      pod.readySinceMs !== null &&
      nowMs - pod.readySinceMs > controllerMs &&
      pod.ips.length > 0 &&
      !pod.ips.some((ip) => listed.has(ip)),
  );
}

function symptomOf(
  service: ServiceRecord,
  missing: readonly PodRecord[],
  observation: Observation,
): Observed {
  const { namespace, name } = service.meta;
  const since = missing.map(({ readySinceMs }) => readySinceMs ?? observation.nowMs);
  return {
    holdMs: observation.settings.clusterHoldMs,
    symptom: bounded({
      kind: 'service-endpoints',
      key: `service-endpoints:${namespace}/${name}`,
      scope: { type: 'service', namespace, name },
      component: null,
      headline: `Service ${namespace}/${name} does not lead to all of its ready pods`,
      sinceMs: Math.min(observation.nowMs, ...since),
      lines: [`${missing.length} ready pods are in no EndpointSlice of ${namespace}/${name}`],
      affected: {
        nodes: [],
        namespaces: [namespace],
        objects: [{ kind: 'Service', namespace, name, uid: service.meta.uid }],
      },
      pathIds: [],
      lossRate: null,
    }),
  };
}
