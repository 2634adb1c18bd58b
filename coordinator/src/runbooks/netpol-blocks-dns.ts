import type { ActionRequest } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { changedBefore } from '../facts/recent-changes.ts';
import type { NetworkPolicyRecord } from '../facts/records.ts';
import { dnsEgressRule, dnsIngressRule, dnsPorts, dnsPortWords } from '../netpol/dns-allowance.ts';
import { parsePolicySpec } from '../netpol/policy-spec.ts';
import { type DeniedDns, deniedDns, type DeniedSide, policyChange } from './denied-dns.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { answeredWords, type Tally } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsNamespace, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'netpol-blocks-dns';

function policyNames(policies: readonly NetworkPolicyRecord[]): string {
  return policies.map(({ meta }) => `${meta.namespace}/${meta.name}`).join(', ');
}

/** The policies of all sides, the one changed last first on each. */
function policiesOf({ sides }: DeniedDns): NetworkPolicyRecord[] {
  return sides.flatMap(({ policies }) => policies);
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
  const restricted = denied.sides
    .map(({ direction, policies }) => `${direction} is restricted by ${policyNames(policies)}`)
    .join(' and ');
  const { pods, ports, namespace } = denied;
  const where = ports.some(({ port }) => port === 53) ? '' : ', where the DNS pods listen';
  const text = `${pods.length} ${pods.length === 1 ? 'pod' : 'pods'} of ${namespace} may not ask the cluster DNS: ${restricted}, and no rule allows ${dnsPortWords(ports)}${where}`;
  const pro: Weighed[] = [{ weight: 0.45, evidence: evidence('object', text) }];
  const [newest] = policiesOf(denied);
  const changed = newest === undefined ? '' : changedWords(situation, newest);
  if (newest !== undefined && changed !== '') {
    const ref = refOf('NetworkPolicy', newest.meta);
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
  const [newest] = policiesOf(denied);
  const changed = newest === undefined ? '' : changedWords(situation, newest);
  const since = changed === '' ? '' : ` (${changed})`;
  const egress = denied.sides.some(({ direction }) => direction === 'egress');
  const policies = policiesOf(denied).slice(0, 3);
  const several = policies.length > 1;
  const verb = egress
    ? `${several ? 'leave' : 'leaves'} no way to DNS for pods in`
    : `${several ? 'let' : 'lets'} no DNS query in from`;
  const who = `${several ? 'NetworkPolicies' : 'NetworkPolicy'} ${policyNames(policies)}`;
  return `${who} ${verb} ${denied.namespace}${since}.`;
}

function judge(situation: Situation): Judgement {
  const title = 'NetworkPolicies that block DNS';
  const result = deniedDns(situation);
  const told = matchSignatures(situation).get(ID) ?? [];
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
    component: `NetworkPolicy ${policyNames(policiesOf(first).slice(0, 2))}`,
    summary: summaryOf(situation, first),
    pro: [...fromPolicies(situation, first), ...probes.pro, ...told],
    contra: [...probes.contra, ...contraOf(situation, first)],
  });
  return { cause, checks: [check(ID, title, 'found', summaryOf(situation, first))], unknown: [] };
}

function escalation({ facts }: Situation, denied: DeniedDns, why: string): Remedy {
  const [policy] = policiesOf(denied);
  const name = policy === undefined ? 'the policy' : formatRef(refOf('NetworkPolicy', policy.meta));
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`Pods in ${denied.namespace} may not use DNS`, 200),
      why: clip(`${policyNames(policiesOf(denied))} allow no DNS. No rule can be derived: ${why}.`, 800),
      options: [
        clip(
          `Allow ${dnsPortWords(dnsPorts(clusterDns(facts)))} to the cluster DNS in ${name} by hand.`,
          400,
        ),
      ],
    },
  };
}

/** Opens one side in the policy that was changed last; null where no narrow rule exists. */
function openSide(
  situation: Situation,
  { direction, policies }: DeniedSide,
): ActionRequest | { why: string } {
  const [policy] = policies;
  if (policy === undefined) return { why: 'the policy is gone' };
  const target = refOf('NetworkPolicy', policy.meta);
  if (direction === 'ingress') {
    const { rule } = dnsIngressRule(situation.facts);
    return { type: 'patch-network-policy', target, params: { addIngress: [rule], allows: 'DNS from pods' } };
  }
  const allowance = dnsEgressRule(situation.facts);
  if (!allowance.ok) return { why: allowance.why };
  return {
    type: 'patch-network-policy',
    target,
    params: { addEgress: [allowance.rule], allows: 'DNS to the cluster DNS' },
  };
}

/** One policy that closes both directions is changed once: a plan holds one step for an object. */
function addRequest(actions: ActionRequest[], request: ActionRequest): void {
  const same = actions.find(({ target }) => target.uid === request.target.uid);
  if (same === undefined) actions.push(request);
  else same.params = { ...request.params, ...same.params };
}

/** No way out at all: then DNS is the smallest part of what is missing, and perhaps nothing of it is meant to work. */
function allowsNothing({ sides }: DeniedDns): boolean {
  const egress = sides.find(({ direction }) => direction === 'egress');
  return (
    egress !== undefined &&
    egress.policies.every(({ spec }) => {
      const parsed = parsePolicySpec(spec);
      return parsed.ok && parsed.spec.egress.length === 0;
    })
  );
}

function asWhatMayPass(situation: Situation, denied: DeniedDns): Remedy {
  const [policy] = policiesOf(denied);
  const names = policyNames(policiesOf(denied).slice(0, 3));
  const { namespace } = denied;
  const name = policy?.meta.name ?? '';
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`Pods in ${namespace} may not reach anything`, 200),
      why: clip(
        `${summaryOf(situation, denied)} No rule lets them reach anything else either: with DNS alone they would still not work, and what they need cannot be read from the cluster.`,
        800,
      ),
      options: [
        `If it was put there by mistake or too early: kubectl -n ${policy?.meta.namespace ?? namespace} delete networkpolicy ${name}. Everything of ${namespace} is open again then.`,
        `If it is meant: add policies that allow what these pods need, first ${dnsPortWords(dnsPorts(clusterDns(situation.facts)))} to the cluster DNS, then their own Services.`,
        `See what it holds: kubectl -n ${policy?.meta.namespace ?? namespace} get networkpolicy -o yaml (${names}).`,
      ].map((option) => clip(option, 400)),
    },
  };
}

function remedy(situation: Situation): Remedy | null {
  const result = deniedDns(situation);
  const [denied] = result.ok ? result.denied : [];
  // Without probes there is no proof that anything enforces the policy, and it may be meant.
  if (denied === undefined || denied.inside.failing === 0) return null;
  if (allowsNothing(denied)) return asWhatMayPass(situation, denied);
  const actions: ActionRequest[] = [];
  for (const side of denied.sides) {
    const opened = openSide(situation, side);
    if ('why' in opened) return escalation(situation, denied, opened.why);
    addRequest(actions, opened);
  }
  const names = actions.map(({ target }) => `${target.namespace}/${target.name}`).join(' and ');
  const why = `${summaryOf(situation, denied)} DNS there: ${compare(denied.inside, denied.outside)}. What is added allows only DNS, only to the cluster DNS.`;
  return {
    type: 'plan',
    title: clip(`Allow DNS in NetworkPolicy ${names}`, 200),
    why: clip(why, 600),
    actions,
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
