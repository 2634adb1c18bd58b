import type { Situation } from '../facts/cluster-facts.ts';
import { selects } from '../facts/label-selector.ts';
import { isActive, podsSelectedBy } from '../facts/pod-lookups.ts';
import type { NetworkPolicyRecord, PodRecord, ServiceRecord } from '../facts/records.ts';
import type { PortRule } from '../netpol/policy-spec.ts';
import { type Policy, policyPodOf, type PolicyWorld } from '../netpol/policy-world.ts';
import { targetPortOn } from '../netpol/service-ports.ts';

/** A port of a Service that no rule lets anything in on: neither pods nor addresses. */
export interface SealedTarget {
  words: string;
  policies: NetworkPolicyRecord[];
}

/** What the incident is about by name: only there is an object without any probe a finding. */
function isAsked({ symptoms }: Situation, namespace: string): boolean {
  if (symptoms.length === 0) return true;
  return symptoms.some(({ kind, scope, affected }) => {
    if (scope.type === 'namespace' || scope.type === 'service') return scope.namespace === namespace;
    return kind === 'asked' || affected.namespaces.includes(namespace);
  });
}

function matches(rule: PortRule, port: number, protocol: string, pod: PodRecord): boolean {
  if (rule.protocol !== protocol) return false;
  if (typeof rule.port === 'string') {
    return policyPodOf(pod).containerPorts.some((one) => one.name === rule.port && one.port === port);
  }
  if (rule.port === null) return true;
  return rule.endPort === null ? rule.port === port : port >= rule.port && port <= rule.endPort;
}

/** The policies that isolate the pod and leave that port shut; empty when it is open or cannot be decided. */
function shutBy(policies: readonly Policy[], pod: PodRecord, port: number, protocol: string): Policy[] {
  const isolating: Policy[] = [];
  for (const policy of policies) {
    if (policy.spec === null) return [];
    const selected = selects(policy.spec.podSelector, pod.meta.labels);
    if (selected === null) return [];
    if (!selected || !policy.spec.policyTypes.includes('ingress')) continue;
    const open = policy.spec.ingress.some(
      ({ ports }) => ports.length === 0 || ports.some((rule) => matches(rule, port, protocol, pod)),
    );
    if (open) return [];
    isolating.push(policy);
  }
  return isolating;
}

function judgeService(
  { facts }: Situation,
  policies: readonly Policy[],
  service: ServiceRecord,
): SealedTarget | null {
  const { namespace, name } = service.meta;
  const [pod] = podsSelectedBy(facts, namespace, service.selector).filter(
    (one) => isActive(one) && one.ready && !one.hostNetwork,
  );
  if (pod === undefined) return null;
  for (const { port, protocol } of service.ports) {
    if (protocol !== 'TCP' && protocol !== 'UDP' && protocol !== 'SCTP') continue;
    const target = targetPortOn(service, pod, port, protocol);
    const shut = target === null ? [] : shutBy(policies, pod, target, protocol);
    if (shut.length === 0) continue;
    const records = facts.networkPolicies.filter(({ meta }) =>
      shut.some((policy) => policy.namespace === meta.namespace && policy.name === meta.name),
    );
    return { words: `Service ${namespace}/${name} on ${protocol} ${port}`, policies: records };
  }
  return null;
}

/** Services whose ready pods policies shut off from everybody, in the namespaces that the incident is about. */
export function sealedTargets(situation: Situation, world: PolicyWorld): SealedTarget[] {
  const byNamespace = Map.groupBy(world.policies, ({ namespace }) => namespace);
  return situation.facts.services
    .filter(({ meta }) => byNamespace.has(meta.namespace) && isAsked(situation, meta.namespace))
    .slice(0, 200)
    .flatMap(
      (service) => judgeService(situation, byNamespace.get(service.meta.namespace) ?? [], service) ?? [],
    );
}
