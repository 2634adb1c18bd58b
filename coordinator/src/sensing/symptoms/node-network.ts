import { speaksOfNetwork } from '../../facts/node-down.ts';
import { isActive } from '../../facts/pod-lookups.ts';
import type { Condition, EventRecord, NodeRecord } from '../../facts/records.ts';
import { judgedNodes } from '../judged-nodes.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded, clip } from './observation.ts';

const eventFreshMs = 5 * 60_000;
const routeReasons = ['FailedToCreateRoute', 'CIDRNotAvailable', 'CIDRAssignmentFailed'];
/** S5: the node itself says that its network does not work. */
export function nodeNetwork(observation: Observation): Observed[] {
  const { facts, nowMs, settings } = observation;
  const judged = new Set(judgedNodes(facts));
  const events = Map.groupBy(facts.events.filter(isFreshRouteEvent(nowMs)), nodeOfEvent);
  return facts.nodes
    .filter(({ meta }) => judged.has(meta.name) && nowMs - meta.createdMs >= settings.youngNodeMs)
    .flatMap((node) => {
      const about = events.get(node.meta.name) ?? [];
      return symptomOf(node, about.filter(stillTrue(node)), observation);
    });
}

function isFreshRouteEvent(nowMs: number): (event: EventRecord) => boolean {
  return (event) => routeReasons.includes(event.reason) && nowMs - event.lastMs <= eventFreshMs;
}

/** A node that has a range by now has got over not being given one. */
function stillTrue({ podCIDRs }: NodeRecord): (event: EventRecord) => boolean {
  return ({ reason }) => !reason.startsWith('CIDR') || podCIDRs.length === 0;
}

function nodeOfEvent(event: EventRecord): string {
  return event.object.kind === 'Node' ? event.object.name : event.node;
}

/** Conditions of this node that speak of its network. */
function badConditions(node: NodeRecord): Condition[] {
  return node.conditions.filter(
    (condition) =>
      (condition.type === 'NetworkUnavailable' && condition.status === 'True') || speaksOfNetwork(condition),
  );
}

function headline(name: string, conditions: readonly Condition[], events: readonly EventRecord[]): string {
  if (conditions.length > 0) return `${name} has no working pod network`;
  return events.every(({ reason }) => reason.startsWith('CIDR'))
    ? `${name} gets no range for its pods`
    : `Routes to pods on ${name} could not be made`;
}

function symptomOf(node: NodeRecord, events: readonly EventRecord[], observation: Observation): Observed[] {
  const conditions = badConditions(node);
  if (conditions.length === 0 && events.length === 0) return [];
  const { name, uid } = node.meta;
  const pods = observation.facts.pods.filter(
    (pod) => pod.nodeName === name && isActive(pod) && !pod.hostNetwork,
  );
  return [
    {
      holdMs: observation.settings.clusterHoldMs,
      symptom: bounded({
        kind: 'node-network',
        key: `node-network:${name}`,
        scope: { type: 'nodes', nodes: [name] },
        component: null,
        headline: headline(name, conditions, events),
        sinceMs: Math.min(
          observation.nowMs,
          ...conditions.map(({ sinceMs }) => sinceMs),
          ...events.map(({ firstMs }) => firstMs),
        ),
        lines: [
          ...conditions.map(({ type, status, reason, message }) =>
            clip(`${name} ${type}=${status} ${reason}: ${message}`, 250),
          ),
          ...events
            .slice(0, 3)
            .map(({ reason, message, count }) => clip(`${reason} (${count} times): ${message}`, 250)),
          `${pods.length} pods on the pod network of ${name}`,
        ],
        affected: {
          nodes: [name],
          namespaces: [],
          objects: [{ kind: 'Node', namespace: '', name, uid }],
        },
        pathIds: [],
        lossRate: null,
      }),
    },
  ];
}
