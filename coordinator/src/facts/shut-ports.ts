import { z } from 'zod';
import type { ClusterFacts } from './cluster-facts.ts';
import { LabelSelector, selects } from './label-selector.ts';
import { isActive, podsSelectedBy } from './pod-lookups.ts';
import type { NetworkPolicyRecord, PodRecord, ServiceRecord } from './records.ts';

/** A port of a Service that no rule of the policies in force lets anything in on: neither pods nor addresses. */
export interface ShutPort {
  service: ServiceRecord;
  port: number;
  protocol: string;
  /** Behind the Service, on the pods. */
  targetPort: number;
  /** The policies that isolate the pods behind it; at least one. */
  policies: NetworkPolicyRecord[];
}

const Port = z.object({
  protocol: z.string().nullish(),
  port: z.union([z.number(), z.string()]).nullish(),
  endPort: z.number().nullish(),
});
/** The part of a spec that decides whether a port is open to anybody at all. */
const IngressSpec = z.object({
  podSelector: LabelSelector.nullish(),
  policyTypes: z.array(z.string()).nullish(),
  ingress: z.array(z.object({ ports: z.array(Port).nullish() }).nullable()).nullish(),
});
type IngressSpec = z.infer<typeof IngressSpec>;

interface Guard {
  record: NetworkPolicyRecord;
  /** Null: it could not be understood, and then nothing is said of its namespace. */
  spec: IngressSpec | null;
}

function guardOf(record: NetworkPolicyRecord): Guard {
  const parsed = IngressSpec.safeParse(record.spec);
  return { record, spec: parsed.success ? parsed.data : null };
}

/** Without `policyTypes` every policy is for ingress (networking.k8s.io/v1, defaults). */
function isForIngress({ policyTypes }: IngressSpec): boolean {
  return policyTypes == null || policyTypes.length === 0 || policyTypes.includes('Ingress');
}

function opens(rule: z.infer<typeof Port>, port: number, protocol: string, pod: PodRecord): boolean {
  if ((rule.protocol ?? 'TCP') !== protocol) return false;
  if (rule.port == null) return true;
  if (typeof rule.port === 'number') return port >= rule.port && port <= (rule.endPort ?? rule.port);
  return [...pod.containers, ...pod.initContainers]
    .flatMap(({ ports }) => ports)
    .some((one) => one.name === rule.port && one.port === port && (one.protocol || 'TCP') === protocol);
}

/** The policies that isolate the pod and leave that port shut; empty when it is open or cannot be decided. */
function shutBy(
  guards: readonly Guard[],
  pod: PodRecord,
  port: number,
  protocol: string,
): NetworkPolicyRecord[] {
  const isolating: NetworkPolicyRecord[] = [];
  for (const { record, spec } of guards) {
    const selected = spec === null ? null : selects(spec.podSelector ?? {}, pod.meta.labels);
    if (spec === null || selected === null) return [];
    if (!selected || !isForIngress(spec)) continue;
    const open = (spec.ingress ?? []).some((rule) => {
      const ports = rule?.ports ?? [];
      return ports.length === 0 || ports.some((one) => opens(one, port, protocol, pod));
    });
    if (open) return [];
    isolating.push(record);
  }
  return isolating;
}

/** Where one port of a Service leads on one pod; null when the pod does not name such a port. */
export function targetPortOn(
  service: ServiceRecord,
  pod: PodRecord,
  port: number,
  protocol: string,
): number | null {
  const entry = service.ports.find((one) => one.port === port && (one.protocol || 'TCP') === protocol);
  if (entry === undefined) return null;
  const { targetPort } = entry;
  if (targetPort === '') return entry.port;
  if (/^\d{1,5}$/.test(targetPort)) return Number(targetPort);
  const named = [...pod.containers, ...pod.initContainers]
    .flatMap(({ ports }) => ports)
    .find((one) => one.name === targetPort && (one.protocol || 'TCP') === protocol);
  return named?.port ?? null;
}

/** Ports of these Services that are shut to everybody; empty where policies or pods could not be read. */
export function shutPorts(facts: ClusterFacts, services: readonly ServiceRecord[]): ShutPort[] {
  if (facts.unknown.some(({ what }) => what === 'networkPolicies' || what === 'pods')) return [];
  const guards = Map.groupBy(facts.networkPolicies.map(guardOf), ({ record }) => record.meta.namespace);
  // Once for all Services: a cluster has many pods, and few namespaces with policies.
  const guarded = Map.groupBy(
    facts.pods.filter(({ meta }) => guards.has(meta.namespace)),
    ({ meta }) => meta.namespace,
  );
  return services.flatMap((service): ShutPort[] => {
    const { namespace } = service.meta;
    const own = guards.get(namespace);
    if (own === undefined) return [];
    const near = { ...facts, pods: guarded.get(namespace) ?? [] };
    const [pod] = podsSelectedBy(near, namespace, service.selector).filter(
      (one) => isActive(one) && one.ready && !one.hostNetwork,
    );
    if (pod === undefined) return [];
    return service.ports.flatMap(({ port, protocol }): ShutPort[] => {
      const target = targetPortOn(service, pod, port, protocol || 'TCP');
      const policies = target === null ? [] : shutBy(own, pod, target, protocol || 'TCP');
      return target === null || policies.length === 0
        ? []
        : [{ service, port, protocol: protocol || 'TCP', targetPort: target, policies }];
    });
  });
}
