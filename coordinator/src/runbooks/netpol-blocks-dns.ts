import type { ActionRequest, Json } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { changedBefore } from '../facts/recent-changes.ts';
import type { NetworkPolicyRecord } from '../facts/records.ts';
import { dnsEgressRule, dnsIngressRule } from '../netpol/dns-allowance.ts';
import { type DeniedDns, deniedDns, policyChange, type PolicyOfDenial } from './denied-dns.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { answeredWords, type Tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsNamespace, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'netpol-blocks-dns';

function policyNames(policies: readonly PolicyOfDenial[]): string {
  return policies.map(({ record }) => `${record.meta.namespace}/${record.meta.name}`).join(', ');
}

function compare(inside: Tally, outside: Tally): string {
  const others = outside.sent === 0 ? '' : `; pods elsewhere: ${answeredWords(outside)}`;
  return `${answeredWords(inside)}${others}`;
}

/** Enforcement counts as proven only where the restricted pods fail and unrestricted ones on the same network do not. */
function fromProbes(denied: DeniedDns): { pro: Weighed[]; contra: Weighed[] } {
  const { inside, outside, namespace } = denied;
  const text = `DNS from ${namespace}: ${compare(inside, outside)}`;
  if (inside.failing > 0 && outside.healthy > 0 && outside.failing === 0) {
    return { pro: [{ weight: 0.65, evidence: evidence('probe', text) }], contra: [] };
  }
  if (inside.failing > 0) {
    const contra =
      outside.failing > 0
        ? [{ weight: 0.5, evidence: evidence('probe', `DNS fails elsewhere too: ${answeredWords(outside)}`) }]
        : [];
    return { pro: [{ weight: 0.3, evidence: evidence('probe', text) }], contra };
  }
  if (inside.healthy > 0) {
    return {
      pro: [],
      contra: [
        {
          weight: 0.85,
          evidence: evidence('probe', `nothing enforces it: DNS from ${namespace}, ${answeredWords(inside)}`),
        },
      ],
    };
  }
  return { pro: [], contra: [] };
}

function fromPolicies(situation: Situation, denied: DeniedDns): Weighed[] {
  const text = `${denied.pods.length} pods of ${denied.namespace} may not ask the cluster DNS: ${denied.direction} is restricted by ${policyNames(denied.policies)}, and no rule allows port 53`;
  const pro: Weighed[] = [{ weight: 0.45, evidence: evidence('object', text) }];
  const newest = denied.policies[0];
  const changed = newest === undefined ? '' : changedWords(situation, newest.record);
  if (newest !== undefined && changed !== '') {
    const ref = refOf('NetworkPolicy', newest.record.meta);
    pro.push({ weight: 0.4, evidence: evidence('object', `${formatRef(ref)} was ${changed}`, { ref }) });
  }
  return pro;
}

/** `created 20 s before` for a policy that is as new as its trouble, else who changed it. */
function changedWords(situation: Situation, record: NetworkPolicyRecord): string {
  const since = troubleSinceMs(situation);
  const change = policyChange(record);
  const created = change.atMs - record.meta.createdMs < 1000;
  const words = changedBefore(change, since);
  return created ? words.replace(/^changed/, 'created') : words;
}

function contraOf(situation: Situation, denied: DeniedDns): Weighed[] {
  if (concernsNamespace(situation, denied.namespace)) return [];
  return [
    { weight: 0.8, evidence: evidence('object', `the trouble is not in namespace ${denied.namespace}`) },
  ];
}

function summaryOf(situation: Situation, denied: DeniedDns): string {
  const newest = denied.policies[0];
  const changed = newest === undefined ? '' : changedWords(situation, newest.record);
  const since = changed === '' ? '' : ` (${changed})`;
  const verb =
    denied.direction === 'egress' ? 'leaves no way to DNS for pods in' : 'lets no DNS query in from';
  return `NetworkPolicy ${policyNames(denied.policies.slice(0, 3))} ${verb} ${denied.namespace}${since}.`;
}

function judge(situation: Situation): Judgement {
  const title = 'NetworkPolicies that block DNS';
  const result = deniedDns(situation);
  const told = matchSignatures(situation.facts).get(ID) ?? [];
  if (!result.ok)
    return {
      cause: null,
      checks: [check(ID, title, 'unknown', result.why)],
      unknown: [`policies: ${result.why}`],
    };
  const [first] = result.denied;
  if (first === undefined) {
    const detail =
      result.policies === 0
        ? 'there are no NetworkPolicies'
        : `none of ${result.policies} policies keeps a pod from asking the cluster DNS`;
    const cause = weighedCause({
      id: ID,
      component: 'NetworkPolicy',
      summary: `Something drops DNS by policy: ${told[0]?.evidence.text ?? ''}`,
      pro: told,
      contra: [],
    });
    return {
      cause,
      checks: [check(ID, title, 'clear', detail)],
      unknown: ['policies of the CNI’s own kinds (CiliumNetworkPolicy, Calico NetworkPolicy)'],
    };
  }
  const probes = fromProbes(first);
  const cause = weighedCause({
    id: ID,
    component: `NetworkPolicy ${policyNames(first.policies.slice(0, 2))}`,
    summary: summaryOf(situation, first),
    pro: [...fromPolicies(situation, first), ...probes.pro, ...told],
    contra: [...probes.contra, ...contraOf(situation, first)],
  });
  return { cause, checks: [check(ID, title, 'found', summaryOf(situation, first))], unknown: [] };
}

function escalation(denied: DeniedDns, why: string): Remedy {
  const [policy] = denied.policies;
  const name = policy === undefined ? '' : formatRef(refOf('NetworkPolicy', policy.record.meta));
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`Pods in ${denied.namespace} may not use DNS`, 200),
      why: clip(`${policyNames(denied.policies)} allow no DNS. No rule can be derived: ${why}.`, 800),
      options: [clip(`Allow UDP and TCP 53 to the cluster DNS in ${name} by hand.`, 400)],
    },
  };
}

function request(policy: PolicyOfDenial, params: Record<string, Json>): ActionRequest {
  return { type: 'patch-network-policy', target: refOf('NetworkPolicy', policy.record.meta), params };
}

function remedy(situation: Situation): Remedy | null {
  const result = deniedDns(situation);
  const [denied] = result.ok ? result.denied : [];
  const policy = denied?.policies[0];
  // Without probes there is no proof that anything enforces the policy, and it may be meant.
  if (denied === undefined || policy === undefined || denied.inside.failing === 0) return null;
  const why = clip(
    `${summaryOf(situation, denied)} DNS there: ${compare(denied.inside, denied.outside)}. The rule allows only DNS, only to the cluster DNS.`,
    600,
  );
  const name = formatRef(refOf('NetworkPolicy', policy.record.meta));
  const title = clip(`Allow DNS in ${name}`, 200);
  if (denied.direction === 'ingress') {
    const { rule } = dnsIngressRule(situation.facts);
    return {
      type: 'plan',
      title,
      why,
      actions: [request(policy, { addIngress: [rule], allows: 'DNS from pods' })],
    };
  }
  const allowance = dnsEgressRule(situation.facts);
  if (!allowance.ok) return escalation(denied, allowance.why);
  return {
    type: 'plan',
    title,
    why,
    actions: [request(policy, { addEgress: [allowance.rule], allows: 'DNS to the cluster DNS' })],
  };
}

/** C4: NetworkPolicies leave pods of a namespace no way to the cluster DNS. */
export const netpolBlocksDns: Runbook = {
  id: ID,
  needs: ['networkPolicies', 'namespaces', 'pods', 'services'],
  wantsLogs: () => [],
  judge,
  remedy,
};
