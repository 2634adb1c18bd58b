import type { Situation } from '../facts/cluster-facts.ts';
import type { NetworkPolicyRecord } from '../facts/records.ts';
import { shutPorts } from '../facts/shut-ports.ts';

/** A port of a Service that no rule lets anything in on: neither pods nor addresses. */
export interface SealedTarget {
  words: string;
  protocol: string;
  /** Behind the Service, on the pods. */
  targetPort: number;
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

/** Services whose ready pods policies shut off from everybody, in the namespaces that the incident is about. */
export function sealedTargets(situation: Situation): SealedTarget[] {
  const { facts } = situation;
  const asked = facts.services.filter(({ meta }) => isAsked(situation, meta.namespace)).slice(0, 200);
  return shutPorts(facts, asked).map(({ service: { meta }, port, protocol, targetPort, policies }) => ({
    words: `Service ${meta.namespace}/${meta.name} on ${protocol} ${port}`,
    protocol,
    targetPort,
    policies,
  }));
}
