import type { Symptom } from '../domain/symptom.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { ServiceRecord } from '../facts/records.ts';
import { isBackedBySelector, unbacked } from '../facts/service-backing.ts';
import { shutPorts } from '../facts/shut-ports.ts';
import { noEndpointsKey, reasonWords } from './symptoms/empty-services.ts';
import { shutServicesKey } from './symptoms/shut-services.ts';

const neededForEmpty = ['services', 'pods', 'endpointSlices'];
const neededForShut = ['services', 'pods', 'networkPolicies'];

/**
 * What of a symptom the cluster itself still shows, in words; null when nothing. Some symptoms are only told while they are
 * news (to a leader that saw the Service work, within an hour of a policy's change): that they are not told any more does
 * not end the fault. What cannot be read is not over. Pure.
 */
export function standingFault(symptom: Symptom, facts: ClusterFacts): string | null {
  const empty = symptom.key.startsWith(noEndpointsKey);
  if (!empty && !symptom.key.startsWith(shutServicesKey)) return null;
  const needed = empty ? neededForEmpty : neededForShut;
  const unreadable = facts.unknown.find(({ what }) => needed.includes(what));
  if (unreadable !== undefined) return `${unreadable.what} cannot be read`;
  const uids = new Set(
    symptom.affected.objects.flatMap(({ kind, uid }) => (kind === 'Service' ? [uid] : [])),
  );
  const services = facts.services.filter(({ meta }) => uids.has(meta.uid));
  return empty ? stillEmpty(symptom, services, facts) : stillShut(services, facts);
}

function nameOf({ meta }: ServiceRecord): string {
  return `Service ${meta.namespace}/${meta.name}`;
}

function stillEmpty(
  symptom: Symptom,
  services: readonly ServiceRecord[],
  facts: ClusterFacts,
): string | null {
  for (const service of services.filter(isBackedBySelector)) {
    const found = unbacked(facts, service);
    if (found === null || found.why === 'scaled-to-zero') continue;
    // Pods that were there and are deleted with their workload are somebody's choice; a selector that missed them all along is not.
    const missed = found.why !== 'selects-nothing' || symptom.headline.endsWith(reasonWords(found));
    if (missed) return `${nameOf(service)} has no endpoints: ${reasonWords(found)}`;
  }
  return null;
}

function stillShut(services: readonly ServiceRecord[], facts: ClusterFacts): string | null {
  const [first] = shutPorts(facts, services);
  return first === undefined
    ? null
    : `No pod may reach ${nameOf(first.service)} on ${first.protocol} ${first.port}`;
}
