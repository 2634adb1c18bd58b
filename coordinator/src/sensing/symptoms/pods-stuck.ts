import type { ClusterFacts } from '../../facts/cluster-facts.ts';
import { isActive } from '../../facts/pod-lookups.ts';
import type { EventRecord, PodRecord } from '../../facts/records.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded, clip } from './observation.ts';

/** Events this old no longer say why a pod is stuck now. */
const eventFreshMs = 6 * 60_000;

/** What IPAM plugins say when a range or pool is used up (host-local, Calico, Cilium, AWS, Azure, whereabouts). */
const exhausted =
  /no IP addresses available|no more IPs|no available (IP|address)|failed to assign an IP|failed to request.*IPv4|ipam.*(exhausted|full)|range is full|could not find IP|insufficient (IP|free) addresses|IP pool.*exhausted/i;

/** True for event text that says that addresses ran out. */
export function saysExhausted(message: string): boolean {
  return exhausted.test(message.slice(0, 2000));
}

interface Stuck {
  pod: PodRecord;
  event: EventRecord;
}

/** S2: pods that the node cannot give a network to, one symptom a node. */
export function podsStuck(observation: Observation): Observed[] {
  const byNode = Map.groupBy(stuckPods(observation), ({ pod }) => pod.nodeName);
  return [...byNode].map(([node, stuck]) => stuckOn(node, stuck, observation));
}

function stuckPods({ facts, nowMs, settings }: Observation): Stuck[] {
  const events = sandboxEvents(facts, nowMs);
  const oldNodes = new Set(
    facts.nodes
      .filter(({ meta }) => nowMs - meta.createdMs >= settings.youngNodeMs)
      .map(({ meta }) => meta.name),
  );
  return facts.pods.flatMap((pod) => {
    const event = events.get(`${pod.meta.namespace}/${pod.meta.name}`);
    const waiting = isActive(pod) && pod.phase === 'Pending' && oldNodes.has(pod.nodeName);
    if (event === undefined || !waiting) return [];
    const stuckMs = nowMs - Math.max(pod.meta.createdMs, event.firstMs);
    return stuckMs >= settings.stuckPodMs ? [{ pod, event }] : [];
  });
}

/** Latest sandbox failure a pod, with the time of the first one. */
function sandboxEvents(facts: ClusterFacts, nowMs: number): Map<string, EventRecord> {
  const latest = new Map<string, EventRecord>();
  for (const event of facts.events) {
    const about = event.object.kind === 'Pod' && event.reason === 'FailedCreatePodSandBox';
    if (!about || nowMs - event.lastMs > eventFreshMs) continue;
    const key = `${event.object.namespace}/${event.object.name}`;
    const before = latest.get(key);
    const newer = before === undefined || event.lastMs >= before.lastMs ? event : before;
    const firstMs = Math.min(event.firstMs, before?.firstMs ?? event.firstMs);
    latest.set(key, { ...newer, firstMs });
  }
  return latest;
}

function stuckOn(node: string, stuck: readonly Stuck[], observation: Observation): Observed {
  const full = stuck.filter(({ event }) => saysExhausted(event.message));
  const noAddresses = full.length * 2 >= stuck.length;
  const example = (noAddresses ? full : stuck)[0];
  return {
    holdMs: 0,
    symptom: bounded({
      kind: 'pods-stuck',
      key: `${noAddresses ? 'no-addresses' : 'pods-stuck'}:${node}`,
      scope: { type: 'nodes', nodes: [node] },
      component: null,
      headline: noAddresses ? `No free pod addresses on ${node}` : `New pods on ${node} do not get a network`,
      sinceMs: Math.min(observation.nowMs, ...stuck.map(({ event }) => event.firstMs)),
      lines: [
        `${stuck.length} ${stuck.length === 1 ? 'pod' : 'pods'} on ${node} stuck in ContainerCreating: ${clip(names(stuck), 150)}`,
        ...(example === undefined ? [] : [`Event: ${clip(example.event.message, 220)}`]),
      ],
      affected: {
        nodes: [node],
        namespaces: [...new Set(stuck.map(({ pod }) => pod.meta.namespace))].toSorted(),
        objects: stuck.map(({ pod: { meta } }) => ({
          kind: 'Pod',
          namespace: meta.namespace,
          name: meta.name,
          uid: meta.uid,
        })),
      },
      pathIds: [],
      lossRate: null,
    }),
  };
}

function names(stuck: readonly Stuck[]): string {
  return stuck
    .map(({ pod }) => `${pod.meta.namespace}/${pod.meta.name}`)
    .toSorted()
    .join(', ');
}
