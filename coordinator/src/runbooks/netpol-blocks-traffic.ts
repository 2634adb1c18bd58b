import type { ActionRequest } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { changedBefore } from '../facts/recent-changes.ts';
import type { NetworkPolicyRecord } from '../facts/records.ts';
import { allowanceFor, allowedWith, type AddedRules } from '../netpol/flow-allowance.ts';
import { parsePolicySpec } from '../netpol/policy-spec.ts';
import { type PolicyWorld, policyWorldOf } from '../netpol/policy-world.ts';
import { type DeniedSide, policyChange } from './denied-dns.ts';
import { type DeniedTraffic, deniedTraffic } from './denied-traffic.ts';
import { clip, evidence } from './evidence.ts';
import { matchSignatures } from './match-signatures.ts';
import { answeredWords } from './probe-evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { type SealedTarget, sealedTargets } from './sealed-targets.ts';
import { concernsNamespace, troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'netpol-blocks-traffic';
const TITLE = 'NetworkPolicies that block other traffic than DNS';

function names(policies: readonly NetworkPolicyRecord[]): string {
  return policies.map(({ meta }) => `${meta.namespace}/${meta.name}`).join(', ');
}

function policiesOf(sides: readonly DeniedSide[]): NetworkPolicyRecord[] {
  return [...new Set(sides.flatMap(({ policies }) => policies))];
}

/** `changed 20 s before by kubectl-edit`, `created ...` for a policy as new as its trouble; empty when long ago. */
function policyChangeWords(situation: Situation, record: NetworkPolicyRecord): string {
  const change = policyChange(record);
  const words = changedBefore(change, troubleSinceMs(situation));
  return change.atMs - record.meta.createdMs < 1000 ? words.replace(/^changed/, 'created') : words;
}

function flowWords({ wanted, target }: DeniedTraffic): string {
  return `pods of ${wanted.fromNamespace} to ${target} on ${wanted.protocol} ${wanted.port}`;
}

function sideWords({ direction, policies }: DeniedSide): string {
  const way = direction === 'egress' ? 'what leaves there' : 'what arrives there';
  return `${names(policies.slice(0, 3))} restrict${policies.length === 1 ? 's' : ''} ${way}`;
}

function summaryOf(situation: Situation, denied: DeniedTraffic): string {
  const policies = policiesOf(denied.sides);
  const [newest] = policies;
  const changed = newest === undefined ? '' : policyChangeWords(situation, newest);
  const who = `${policies.length === 1 ? 'NetworkPolicy' : 'NetworkPolicies'} ${names(policies.slice(0, 3))}`;
  return `${who} ${policies.length === 1 ? 'does' : 'do'} not let ${flowWords(denied)} pass${changed === '' ? '' : ` (${changed})`}.`;
}

/** Enforcement counts as proven only where the restricted pods fail and others on the same network do not. */
function fromProbes(situation: Situation, denied: DeniedTraffic): { pro: Weighed[]; contra: Weighed[] } {
  const { inside, outside, wanted } = denied;
  const elsewhere = outside.sent === 0 ? '' : `; from other namespaces: ${answeredWords(outside)}`;
  const text = `${wanted.fromNamespace} to ${denied.target}: ${answeredWords(inside)}${elsewhere}`;
  const proven = outside.healthy > 0 && outside.failing === 0;
  const pro: Weighed[] = [{ weight: proven ? 0.65 : 0.3, evidence: evidence('probe', text) }];
  const contra: Weighed[] =
    outside.failing > outside.healthy
      ? [{ weight: 0.5, evidence: evidence('probe', `others fail too: ${answeredWords(outside)}`) }]
      : [];
  if (
    !concernsNamespace(situation, wanted.fromNamespace) &&
    !concernsNamespace(situation, wanted.toNamespace)
  ) {
    const where = `the trouble is neither in ${wanted.fromNamespace} nor in ${wanted.toNamespace}`;
    contra.push({ weight: 0.8, evidence: evidence('object', where) });
  }
  return { pro, contra };
}

function fromPolicies(situation: Situation, sides: readonly DeniedSide[], flow: string): Weighed[] {
  const text = `no rule allows ${flow}: ${sides.map(sideWords).join('; ')}`;
  const [newest] = policiesOf(sides);
  const changed = newest === undefined ? '' : policyChangeWords(situation, newest);
  const pro: Weighed[] = [{ weight: 0.45, evidence: evidence('object', text) }];
  if (newest === undefined || changed === '') return pro;
  const ref = refOf('NetworkPolicy', newest.meta);
  return [...pro, { weight: 0.4, evidence: evidence('object', `${formatRef(ref)} was ${changed}`, { ref }) }];
}

function judge(situation: Situation): Judgement {
  const world = policyWorldOf(situation.facts);
  const told = matchSignatures(situation).get(ID) ?? [];
  if (world === null) {
    const why = 'NetworkPolicies or namespaces could not be read';
    return {
      cause: fromTexts(told),
      checks: [check(ID, TITLE, 'unknown', why)],
      unknown: [`policies: ${why}`],
    };
  }
  const [denied] = deniedTraffic(situation, world);
  if (denied !== undefined) return judgeDenied(situation, denied, told);
  const [sealed] = sealedTargets(situation);
  if (sealed !== undefined) {
    const side: DeniedSide = { direction: 'ingress', policies: sealed.policies };
    const summary = `No pod may reach ${sealed.words}: ${sideWords(side)}, and no rule lets anything in on that port.`;
    const cause = weighedCause({
      id: ID,
      component: `NetworkPolicy ${names(sealed.policies.slice(0, 2))}`,
      summary,
      pro: [...fromPolicies(situation, [side], `anything to reach ${sealed.words}`), ...told],
      contra: [],
    });
    return {
      cause,
      checks: [check(ID, TITLE, 'found', summary)],
      unknown: ['whether the CNI enforces policies'],
    };
  }
  const detail =
    world.policies.length === 0
      ? 'there are no NetworkPolicies'
      : `none of ${world.policies.length} policies denies what fails here`;
  return { cause: fromTexts(told), checks: [check(ID, TITLE, 'clear', detail)], unknown: [] };
}

function judgeDenied(situation: Situation, denied: DeniedTraffic, told: readonly Weighed[]): Judgement {
  const probes = fromProbes(situation, denied);
  const summary = summaryOf(situation, denied);
  const cause = weighedCause({
    id: ID,
    component: `NetworkPolicy ${names(policiesOf(denied.sides).slice(0, 2))}`,
    summary,
    pro: [...fromPolicies(situation, denied.sides, flowWords(denied)), ...probes.pro, ...told],
    contra: probes.contra,
  });
  return { cause, checks: [check(ID, TITLE, 'found', summary)], unknown: [] };
}

function fromTexts(told: readonly Weighed[]) {
  const summary = `Something drops traffic by policy: ${told[0]?.evidence.text ?? ''}`;
  return weighedCause({ id: ID, component: 'NetworkPolicy', summary, pro: told, contra: [] });
}

/** A policy without any rule in that direction is a wall somebody built: one flow alone would not be what is missing. */
function isWall({ direction, policies }: DeniedSide): boolean {
  return policies.every(({ spec }) => {
    const parsed = parsePolicySpec(spec);
    return parsed.ok && parsed.spec[direction].length === 0;
  });
}

type Opening = { ok: true; actions: ActionRequest[] } | { ok: false; why: string };

/** One rule a side, in the only policy there or in the one that was just changed; checked to help before it is offered. */
function openingFor(situation: Situation, world: PolicyWorld, denied: DeniedTraffic): Opening {
  const added: AddedRules[] = [];
  for (const side of denied.sides) {
    const [policy] = side.policies;
    if (policy === undefined) return { ok: false, why: 'the policy is gone' };
    if (isWall(side)) return { ok: false, why: `${names([policy])} lets nothing pass at all that way` };
    if (side.policies.length > 1 && policyChangeWords(situation, policy) === '') {
      return { ok: false, why: `${side.policies.length} policies together decide, none was changed lately` };
    }
    const allowance = allowanceFor(situation.facts, side.direction, denied.wanted);
    if (!allowance.ok) return allowance;
    const { namespace, name } = policy.meta;
    const same = added.find((one) => one.namespace === namespace && one.name === name);
    const rules = same ?? { namespace, name, addEgress: [], addIngress: [] };
    (side.direction === 'egress' ? rules.addEgress : rules.addIngress).push(allowance.rule);
    if (same === undefined) added.push(rules);
  }
  if (!allowedWith(world, situation.facts.networkPolicies, added, denied.flow)) {
    return { ok: false, why: 'a rule in these policies alone would not let it pass' };
  }
  const allows = clip(flowWords(denied), 100);
  const actions = added.flatMap(({ namespace, name, addEgress, addIngress }): ActionRequest[] => {
    const record = situation.facts.networkPolicies.find(
      ({ meta }) => meta.namespace === namespace && meta.name === name,
    );
    if (record === undefined) return [];
    const params = {
      ...(addEgress.length > 0 ? { addEgress } : {}),
      ...(addIngress.length > 0 ? { addIngress } : {}),
      allows,
    };
    return [{ type: 'patch-network-policy', target: refOf('NetworkPolicy', record.meta), params }];
  });
  return { ok: true, actions };
}

function escalation(
  title: string,
  why: string,
  policies: readonly NetworkPolicyRecord[],
  rule: string,
): Remedy {
  const [policy] = policies;
  const { namespace, name } = policy?.meta ?? { namespace: 'default', name: '' };
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(title, 200),
      why: clip(why, 800),
      options: [
        `See what they hold: kubectl -n ${namespace} get networkpolicy -o yaml (${names(policies.slice(0, 3))}); kubectl -n ${namespace} describe networkpolicy ${name}`,
        ...(rule === '' ? [] : [`If this traffic is meant to pass, the narrowest rule is: ${rule}`]),
        `If the policy came by mistake or too early: kubectl -n ${namespace} delete networkpolicy ${name}. Everything that only it held back is open again then.`,
      ].map((option) => clip(option, 400)),
    },
  };
}

/** For the pods of the namespace itself: the least that makes the port reachable, and what a person would widen. */
function openingCommand({ policies, protocol, targetPort }: SealedTarget): string {
  const [policy] = policies;
  if (policy === undefined) return '';
  const { namespace, name } = policy.meta;
  const rule = { from: [{ podSelector: {} }], ports: [{ protocol, port: targetPort }] };
  const parsed = parsePolicySpec(policy.spec);
  const any = parsed.ok && parsed.spec.ingress.length > 0;
  const patch = [{ op: 'add', path: any ? '/spec/ingress/-' : '/spec/ingress', value: any ? rule : [rule] }];
  return `(lets in pods of ${namespace} only) kubectl -n ${namespace} patch networkpolicy ${name} --type=json -p '${JSON.stringify(patch)}'`;
}

function remedy(situation: Situation): Remedy | null {
  const world = policyWorldOf(situation.facts);
  if (world === null) return null;
  const [denied] = deniedTraffic(situation, world);
  if (denied === undefined) {
    const [sealed] = sealedTargets(situation);
    if (sealed === undefined) return null;
    const why = `No rule of ${names(sealed.policies.slice(0, 3))} lets anything in there. Who is meant to reach it cannot be read from the cluster, and no probe shows that the policy is enforced.`;
    return escalation(`No pod may reach ${sealed.words}`, why, sealed.policies, openingCommand(sealed));
  }
  const opening = openingFor(situation, world, denied);
  const summary = summaryOf(situation, denied);
  const policies = policiesOf(denied.sides);
  if (!opening.ok) {
    const [side] = denied.sides;
    const allowance =
      side === undefined ? null : allowanceFor(situation.facts, side.direction, denied.wanted);
    const rule =
      side === undefined || allowance === null || !allowance.ok
        ? ''
        : `${side.direction}: ${JSON.stringify(allowance.rule)}`;
    const title = clip(`${flowWords(denied)}: no policy lets it pass`, 200);
    return escalation(title, `${summary} Not proposed as a change: ${opening.why}.`, policies, rule);
  }
  const where = opening.actions.map(({ target }) => `${target.namespace}/${target.name}`).join(' and ');
  return {
    type: 'plan',
    title: clip(`Allow ${flowWords(denied)} in NetworkPolicy ${where}`, 200),
    why: clip(
      `${summary} ${answeredWords(denied.inside)}. What is added allows only this port, only between these pods.`,
      600,
    ),
    actions: opening.actions,
  };
}

/** C4: NetworkPolicies deny traffic, other than DNS, that probes show to be missing. */
export const netpolBlocksTraffic: Runbook = {
  id: ID,
  needs: ['networkPolicies', 'namespaces', 'pods', 'services'],
  wantsLogs: () => [],
  judge,
  remedy,
};
