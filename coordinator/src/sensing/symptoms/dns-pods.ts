import type { ObjectRef } from '../../domain/object-ref.ts';
import { isActive } from '../../facts/pod-lookups.ts';
import { podTrouble } from '../../facts/pod-trouble.ts';
import type { PodRecord } from '../../facts/records.ts';
import { isDnsPod } from '../service-targets.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded } from './observation.ts';
import { dnsDeployments, dnsHoldMs } from './roll-out-hold.ts';

/** S4 for DNS: CoreDNS pods that crash-loop, none of them ready, or none at all. */
export function dnsPods(observation: Observation): Observed[] {
  const { facts, settings } = observation;
  if (facts.unknown.some(({ what }) => what === 'pods')) return [];
  const pods = facts.pods.filter((pod) => isDnsPod(pod) && isActive(pod));
  const deployments = dnsDeployments(facts);
  if (pods.length === 0 && deployments.length === 0) return [];
  const broken = pods.filter((pod) => {
    const kind = podTrouble(pod)?.kind;
    return kind !== undefined && kind !== 'not-ready' && kind !== 'unschedulable';
  });
  const ready = pods.filter((pod) => pod.ready);
  if (broken.length === 0 && ready.length > 0) return [];
  const holdMs =
    broken.length > 0 ? settings.clusterHoldMs : Math.max(settings.clusterHoldMs, dnsHoldMs(observation));
  return [
    {
      holdMs,
      symptom: bounded({
        kind: 'dns-pods',
        key: 'dns-pods',
        scope: { type: 'dns' },
        component: null,
        headline: headline(pods, broken, ready),
        sinceMs: since(pods, observation.nowMs),
        lines: [
          `CoreDNS: ${ready.length} of ${deployments[0]?.replicas ?? pods.length} pods ready`,
          ...pods
            .filter((pod) => !pod.ready)
            .slice(0, 6)
            .map(describe),
        ],
        affected: {
          nodes: [
            ...new Set(
              pods.filter((pod) => !pod.ready && pod.nodeName !== '').map(({ nodeName }) => nodeName),
            ),
          ],
          namespaces: [],
          objects: [
            ...deployments.map(({ meta }) => ref('Deployment', meta)),
            ...pods.filter((pod) => !pod.ready).map(({ meta }) => ref('Pod', meta)),
          ],
        },
        pathIds: [],
        lossRate: null,
      }),
    },
  ];
}

function ref(kind: 'Pod' | 'Deployment', meta: PodRecord['meta']): ObjectRef {
  return { kind, namespace: meta.namespace, name: meta.name, uid: meta.uid };
}

function headline(
  pods: readonly PodRecord[],
  broken: readonly PodRecord[],
  ready: readonly PodRecord[],
): string {
  if (pods.length === 0) return 'No CoreDNS pod exists';
  if (ready.length === 0)
    return broken.length > 0 ? 'CoreDNS keeps failing: no pod is ready' : 'No CoreDNS pod is ready';
  return `CoreDNS keeps failing: ${ready.length} of ${pods.length} pods are ready`;
}

function describe(pod: PodRecord): string {
  const trouble = podTrouble(pod);
  const what = trouble === null ? 'not ready' : `${trouble.reason}, ${trouble.restarts} restarts`;
  return `${pod.meta.name} on ${pod.nodeName === '' ? 'no node' : pod.nodeName}: ${what}`;
}

/** The first exit that is known of, else when the youngest of the pods was made. */
function since(pods: readonly PodRecord[], nowMs: number): number {
  const exits = pods.flatMap((pod) => pod.containers).flatMap(({ lastExit }) => lastExit?.atMs ?? []);
  const created = pods.map(({ meta }) => meta.createdMs);
  return Math.min(
    nowMs,
    exits.length > 0 ? Math.min(...exits) : Math.max(0, ...created, pods.length === 0 ? nowMs : 0),
  );
}
