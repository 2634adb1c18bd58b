import { parseComponent } from '../../domain/component.ts';
import type { PathState, Suspect } from '../../domain/network.ts';
import type { Scope } from '../../domain/symptom.ts';
import { clusterDnsSymptom, upstreamSymptom } from './dns-paths.ts';
import { largePacketsSymptom } from './large-packets.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded } from './observation.ts';
import { nodeSymptom } from './pod-network.ts';
import { answered, failingSince, failureKinds, lossRate, sources } from './probe-counts.ts';
import { cniHoldMs, rollOutLines, serviceProxyHoldMs } from './roll-out-hold.ts';

/** S1: what locate blames, as symptoms: one a node, pair, namespace or Service, one for the cluster's DNS. */
export function pathsFailing(observation: Observation): Observed[] {
  const groups = Map.groupBy(observation.suspects, groupKey);
  const context = groups.size === 0 ? [] : rollOutLines(observation.facts);
  return [...groups].flatMap(([key, suspects]) => {
    const made = symptomOf(key, suspects, observation);
    if (made === null || made.symptom.pathIds.length === 0) return [];
    const evidenceMs = evidenceSince(made.symptom.pathIds, observation);
    if (evidenceMs === null) return [];
    const { settings } = observation;
    const symptom = bounded({ ...made.symptom, lines: [...made.symptom.lines, ...context] });
    const inTransition = made.inTransition ?? made.holdMs > settings.pathsHoldMs;
    const observed = { ...made, symptom, evidenceMs, inTransition };
    return suspects.every(({ unconfirmed }) => unconfirmed)
      ? [oneEndOnly(observed, Math.max(observed.holdMs, settings.unconfirmedHoldMs))]
      : [observed];
  });
}

/** When the first of these paths was found failing; null when none of them loses anything any more. */
function evidenceSince(pathIds: readonly string[], { failing }: Observation): number | null {
  const found = pathIds.flatMap((id) => failing(id) ?? []);
  return found.some(({ losesNow }) => losesNow) ? Math.min(...found.map(({ foundMs }) => foundMs)) : null;
}

/** Suspects of one group are one symptom. */
function groupKey({ component }: Suspect): string {
  const { kind, instance } = parseComponent(component);
  switch (kind) {
    case 'cni-egress':
    case 'cni-ingress':
      return `pod-network ${instance}`;
    case 'node-in':
    case 'node-out':
      return `node ${instance}`;
    case 'overlay':
    case 'underlay':
      return `${kind} ${instance.split('>').toSorted().join('>')}`;
    case 'dns-pod':
    case 'dns-vip':
      return 'dns ';
    case 'mtu-pods':
    case 'mtu-node':
    case 'mtu-overlay':
    case 'mtu-underlay':
      return `large-packets ${kind} ${instance}`;
    case 'service-proxy':
    case 'backend':
    case 'upstream':
    case 'policy':
    case 'apiserver':
    case 'api-vip':
    case 'prober':
      return `${kind} ${instance}`;
  }
}

function symptomOf(key: string, suspects: readonly Suspect[], observation: Observation): Observed | null {
  const [kind = '', instance = '', ends = ''] = key.split(' ');
  switch (kind) {
    case 'large-packets':
      return largePacketsSymptom(instance, ends, suspects, observation);
    case 'pod-network':
    case 'node':
      return nodeSymptom(kind, instance, suspects, observation);
    case 'dns':
      return clusterDnsSymptom(suspects, observation);
    case 'upstream':
      return upstreamSymptom(suspects, observation);
    case 'policy':
      return namespaceSymptom(instance, suspects, observation);
    case 'service-proxy':
      return simple(observation, suspects, {
        key: `service-proxy:${instance}`,
        scope: { type: 'nodes', nodes: [instance] },
        headline: `Services do not answer on ${instance}`,
        label: `Services from ${instance}`,
        holdMs: serviceProxyHoldMs(observation, instance),
      });
    case 'overlay':
    case 'underlay': {
      const [a = '', b = ''] = instance.split('>');
      const who = kind === 'overlay' ? `Pods on ${a} and ${b}` : `${a} and ${b}`;
      return simple(observation, suspects, {
        key: `${kind}:${a}>${b}`,
        scope: { type: 'pair', from: a, to: b },
        headline: `${who} cannot reach each other`,
        label: `Between ${a} and ${b} (${kind === 'overlay' ? 'pod' : 'node'} network)`,
        holdMs: Math.max(cniHoldMs(observation, a), cniHoldMs(observation, b)),
      });
    }
    case 'backend': {
      const [namespace = '', name = instance] = instance.split('/');
      return simple(observation, suspects, {
        key: `backend:${instance}`,
        scope: { type: 'service', namespace, name },
        headline: `Backend ${name} does not answer through its Service`,
        label: `Through the Service to ${instance}`,
        holdMs: observation.settings.pathsHoldMs,
      });
    }
    // An ill agent is shown with the agents; the API server is not probed yet.
    default:
      return null;
  }
}

interface Simple {
  key: string;
  scope: Scope;
  headline: string;
  label: string;
  holdMs: number;
}

function simple(observation: Observation, suspects: readonly Suspect[], about: Simple): Observed {
  const explained = new Set(suspects.flatMap(({ explains }) => explains));
  const touched = observation.states.filter(({ path }) => explained.has(path.id));
  const failing = touched.filter(({ state }) => state === 'failing');
  const { key, scope, headline } = about;
  return {
    holdMs: about.holdMs,
    symptom: bounded({
      kind: 'paths-failing',
      key,
      scope,
      component: suspects[0]?.component ?? null,
      headline,
      sinceMs: failingSince(failing, observation.nowMs),
      lines: [`${about.label}: ${answered(touched)}`, `How they fail: ${failureKinds(failing)}`],
      affected: {
        nodes: scope.type === 'pair' ? [scope.from, scope.to] : scope.type === 'nodes' ? scope.nodes : [],
        namespaces: scope.type === 'service' ? [scope.namespace] : [],
        objects: [],
      },
      pathIds: failing.map(({ path }) => path.id),
      lossRate: lossRate(failing),
    }),
  };
}

/** Pods of one namespace: a canary there loses what agents elsewhere do not. */
function namespaceSymptom(
  namespace: string,
  suspects: readonly Suspect[],
  observation: Observation,
): Observed {
  const own = observation.states.filter(({ path }) => path.from.namespace === namespace);
  const explained = new Set(suspects.flatMap(({ explains }) => explains));
  const failing = own.filter(({ path, state }) => explained.has(path.id) && state === 'failing');
  // The namespace of pathmedic itself stands for everything its agents cannot do, wherever they are.
  const isAgents = own.some(({ path }) => path.from.mode === 'pod');
  const { failing: from, all } = sources(own);
  return {
    holdMs: observation.settings.pathsHoldMs,
    symptom: bounded({
      kind: 'paths-failing',
      key: isAgents ? 'pod-network' : `namespace:${namespace}`,
      scope: isAgents ? { type: 'cluster' } : { type: 'namespace', namespace },
      component: suspects[0]?.component ?? null,
      headline: isAgents
        ? 'Pods cannot reach pods on other nodes in the whole cluster'
        : namespaceHeadline(namespace, own, failing),
      sinceMs: failingSince(failing, observation.nowMs),
      lines: [
        `From ${isAgents ? 'pods' : `namespace ${namespace}`} on ${from.length} of ${all.length} nodes: ${answered(failing)}`,
        ...(isAgents ? [] : elsewhere(namespace, observation.states)),
        `How they fail: ${failureKinds(failing)}`,
      ],
      affected: { nodes: from, namespaces: [namespace], objects: [] },
      pathIds: failing.map(({ path }) => path.id),
      lossRate: lossRate(failing),
    }),
  };
}

function namespaceHeadline(
  namespace: string,
  own: readonly PathState[],
  failing: readonly PathState[],
): string {
  const kinds = new Set(failing.map(({ path }) => path.kind));
  const worksElse = own.some(({ path, state }) => path.kind !== 'dns' && state === 'healthy');
  if (kinds.size === 1 && kinds.has('dns')) return `Pods in namespace ${namespace} cannot resolve names`;
  return worksElse
    ? `Pods in namespace ${namespace} cannot reach some of their Services`
    : `Pods in namespace ${namespace} can neither resolve names nor reach Services`;
}

function elsewhere(namespace: string, states: readonly PathState[]): string[] {
  const others = states.filter(({ path }) => path.kind === 'dns' && path.from.namespace !== namespace);
  return others.length === 0 ? [] : [`DNS from other namespaces: ${answered(others)}`];
}

function oneEndOnly(observed: Observed, holdMs: number): Observed {
  const { symptom } = observed;
  const line = 'Seen from too few nodes to be sure: nothing else confirms it.';
  return { ...observed, holdMs, symptom: bounded({ ...symptom, lines: [line, ...symptom.lines] }) };
}
