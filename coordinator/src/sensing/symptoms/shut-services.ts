import { refOf } from '../../facts/object-ref-of.ts';
import { enforcesPolicies } from '../../facts/policy-enforcer.ts';
import type { NetworkPolicyRecord } from '../../facts/records.ts';
import { type ShutPort, shutPorts } from '../../facts/shut-ports.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded, clip, nameNodes } from './observation.ts';

/** Begins the key of these symptoms. */
export const shutServicesKey = 'shut-services:';
/** A policy that has been so for longer is somebody's choice. */
const freshMs = 3_600_000;
/** A release may write its policies one after the other. */
const settledMs = 60_000;

function changedMs({ meta }: NetworkPolicyRecord): number {
  return Math.max(meta.createdMs, ...meta.writes.map(({ atMs }) => atMs));
}

/**
 * Services in use that a policy has just shut off from everybody, where something is known to enforce policies. Only a
 * Service that was there before its policy: a namespace that is being set up is nobody's outage.
 */
export function shutServices({ facts, nowMs, services }: Observation): Observed[] {
  const fresh = facts.networkPolicies.filter((policy) => nowMs - changedMs(policy) < freshMs);
  if (fresh.length === 0 || !enforcesPolicies(facts)) return [];
  const namespaces = new Set(fresh.map(({ meta }) => meta.namespace));
  const inUse = facts.services.filter(
    ({ meta }) => namespaces.has(meta.namespace) && services.has(`${meta.namespace}/${meta.name}`),
  );
  const shut = shutPorts(facts, inUse).filter(({ service, policies }) =>
    policies.some(
      (policy) =>
        nowMs - changedMs(policy) < freshMs && changedMs(policy) - service.meta.createdMs > settledMs,
    ),
  );
  return [...Map.groupBy(shut, ({ service }) => service.meta.namespace)].flatMap(([namespace, ports]) =>
    symptomOf(namespace, ports, nowMs),
  );
}

function headline(namespace: string, names: readonly string[], ports: readonly ShutPort[]): string {
  const [only, ...more] = names;
  if (only === undefined || more.length > 0)
    return `No pod may reach Services ${nameNodes(names)} in namespace ${namespace}`;
  const shut = ports.map(({ protocol, port }) => `${protocol} ${port}`);
  return clip(`No pod may reach Service ${namespace}/${only} on ${shut.join(', ')}`, 150);
}

function symptomOf(namespace: string, ports: readonly ShutPort[], nowMs: number): Observed[] {
  const names = [...new Set(ports.map(({ service }) => service.meta.name))].toSorted();
  const policies = [
    ...new Map(ports.flatMap((one) => one.policies).map((one) => [one.meta.uid, one])).values(),
  ];
  const policyNames = policies.map(({ meta }) => meta.name).toSorted();
  return [
    {
      holdMs: settledMs,
      symptom: bounded({
        kind: 'service-endpoints',
        key: `${shutServicesKey}${namespace}`,
        scope: { type: 'namespace', namespace },
        component: null,
        headline: headline(namespace, names, ports),
        sinceMs: Math.min(nowMs, Math.max(...policies.map(changedMs))),
        lines: [
          ...ports
            .slice(0, 6)
            .map(
              ({ service, port, protocol }) =>
                `No rule lets anything in to ${service.meta.name} on ${protocol} ${port}`,
            ),
          `Policies in force there: ${clip(policyNames.join(', '), 200)}`,
        ],
        affected: {
          nodes: [],
          namespaces: [namespace],
          objects: [
            ...policies.map(({ meta }) => refOf('NetworkPolicy', meta)),
            ...[...new Map(ports.map(({ service }) => [service.meta.uid, service])).values()].map(
              ({ meta }) => refOf('Service', meta),
            ),
          ],
        },
        pathIds: [],
        lossRate: null,
      }),
    },
  ];
}
