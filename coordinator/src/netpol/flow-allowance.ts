import type { Json } from '../domain/action.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { NetworkPolicyRecord } from '../facts/records.ts';
import { evaluateFlow } from './evaluate-flow.ts';
import type { Direction, Protocol } from './policy-spec.ts';
import { type Flow, policyOf, type PolicyWorld } from './policy-world.ts';

/** Traffic that is to be allowed: from the pods of a namespace to chosen pods, on one port. */
export interface WantedTraffic {
  fromNamespace: string;
  toNamespace: string;
  /** Labels of the pods that are to be reached; at least one. */
  toLabels: Readonly<Record<string, string>>;
  port: number;
  protocol: Protocol;
}

export type FlowAllowance = { ok: true; rule: Json } | { ok: false; why: string };

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** Selects a namespace by its name; null means the policy's own. */
function namespacePeer(facts: ClusterFacts, namespace: string, own: string): FlowAllowance {
  if (namespace === own) return { ok: true, rule: {} };
  const record = facts.namespaces.find(({ meta }) => meta.name === namespace);
  if (record?.meta.labels[NAMESPACE_NAME] !== namespace) {
    return { ok: false, why: `namespace ${namespace} does not carry the label ${NAMESPACE_NAME}` };
  }
  return { ok: true, rule: { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } } } };
}

/** The narrowest rule for one side: one port, and only the pods at the other end. */
export function allowanceFor(
  facts: ClusterFacts,
  direction: Direction,
  wanted: WantedTraffic,
): FlowAllowance {
  const { fromNamespace, toNamespace, toLabels, port, protocol } = wanted;
  const ports: Json = [{ protocol, port }];
  if (direction === 'egress') {
    if (Object.keys(toLabels).length === 0)
      return { ok: false, why: 'the target has no labels to select by' };
    const peer = namespacePeer(facts, toNamespace, fromNamespace);
    if (!peer.ok) return peer;
    const to: Json = { ...asObject(peer.rule), podSelector: { matchLabels: { ...toLabels } } };
    return { ok: true, rule: { to: [to], ports } };
  }
  const peer = namespacePeer(facts, fromNamespace, toNamespace);
  if (!peer.ok) return peer;
  const from: Json = fromNamespace === toNamespace ? { podSelector: {} } : peer.rule;
  return { ok: true, rule: { from: [from], ports } };
}

function asObject(json: Json): Record<string, Json> {
  return json !== null && typeof json === 'object' && !Array.isArray(json) ? json : {};
}

/** Rules added to one policy, as the patch would add them. */
export interface AddedRules {
  namespace: string;
  name: string;
  addEgress: Json[];
  addIngress: Json[];
}

/** Whether the flow passes once these rules are there: a proposal that would not help is none. */
export function allowedWith(
  world: PolicyWorld,
  records: readonly NetworkPolicyRecord[],
  added: readonly AddedRules[],
  flow: Flow,
): boolean {
  const policies = world.policies.map((policy) => {
    const more = added.find(({ namespace, name }) => namespace === policy.namespace && name === policy.name);
    if (more === undefined) return policy;
    const record = records.find(
      ({ meta }) => meta.namespace === policy.namespace && meta.name === policy.name,
    );
    const spec = asObject(record?.spec ?? null);
    return policyOf(policy.namespace, policy.name, {
      ...spec,
      ...extended(spec, 'egress', more.addEgress),
      ...extended(spec, 'ingress', more.addIngress),
    });
  });
  return evaluateFlow({ ...world, policies }, flow).verdict === 'allowed';
}

function extended(spec: Record<string, Json>, direction: Direction, rules: Json[]): Record<string, Json> {
  if (rules.length === 0) return {};
  const present = spec[direction];
  return { [direction]: [...(Array.isArray(present) ? present : []), ...rules] };
}
