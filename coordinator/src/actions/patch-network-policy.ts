import { z } from 'zod';
import { Json, type JsonPatchOperation } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import { parsePolicySpec } from '../netpol/policy-spec.ts';
import { patchByHand } from './by-hand.ts';
import type { CatalogueEntry, PlanResult } from './catalogue-entry.ts';
import { fieldDiff } from './field-diff.ts';
import { valueAt } from './json-pointer.ts';
import { refuseIfManaged } from './managed-elsewhere.ts';
import { patchTookEffect } from './patch-effect.ts';
import { guards, plannedPatch } from './planned-step.ts';
import { type Refusal, refuse } from './refusal.ts';
import { targetObject } from './target-object.ts';

/** Rules to add; policies only ever add allowances, so nothing that is allowed now is denied by it. */
export const NetworkPolicyParams = z.strictObject({
  addEgress: z.array(Json).max(5).default([]),
  addIngress: z.array(Json).max(5).default([]),
  /** What the rules allow, in words: goes into the title. */
  allows: z.string().min(1).max(100),
});

type Direction = 'egress' | 'ingress';

/** A rule without peers or without ports allows far more than one flow: not through here. */
function refuseWide(rules: readonly Json[], direction: Direction): Refusal | null {
  const parsed = parsePolicySpec({ podSelector: {}, [direction]: [...rules] });
  if (!parsed.ok) return refuse('invalid-params', parsed.why);
  for (const rule of parsed.spec[direction]) {
    if (rule.peers.length === 0) return refuse('unsafe', `a rule would allow every ${direction} peer`);
    if (rule.ports.length === 0) return refuse('unsafe', `a rule would allow every port`);
  }
  return null;
}

function additions(
  object: Parameters<typeof valueAt>[0],
  direction: Direction,
  rules: Json[],
): JsonPatchOperation[] {
  if (rules.length === 0) return [];
  const path = `/spec/${direction}`;
  if (!valueAt(object, path).found) return [{ op: 'add', path, value: rules }];
  return rules.map((value) => ({ op: 'add', path: `${path}/-`, value }));
}

function plan(input: Parameters<CatalogueEntry['plan']>[0]): PlanResult {
  const params = NetworkPolicyParams.safeParse(input.request.params);
  if (!params.success) return refuse('invalid-params', z.prettifyError(params.error));
  const { addEgress, addIngress, allows } = params.data;
  if (addEgress.length + addIngress.length === 0) return refuse('invalid-params', 'no rule is given');
  const found = targetObject(input.request, input.object, 'NetworkPolicy');
  if (!found.ok) return found;
  const { target } = found;
  const name = formatRef(target.ref);
  const spec = valueAt(input.object, '/spec');
  const parsed = parsePolicySpec(spec.found ? spec.value : null);
  if (!parsed.ok) return refuse('unsafe', `${name} could not be understood: ${parsed.why}`);
  const isolates = (direction: Direction) => parsed.spec.policyTypes.includes(direction);
  if ((addEgress.length > 0 && !isolates('egress')) || (addIngress.length > 0 && !isolates('ingress'))) {
    return refuse('unsafe', `${name} does not restrict that direction: a rule there would begin to`);
  }
  const refusal =
    refuseIfManaged(target, input) ?? refuseWide(addEgress, 'egress') ?? refuseWide(addIngress, 'ingress');
  if (refusal !== null) return refusal;
  const added = [
    ...additions(input.object, 'egress', addEgress),
    ...additions(input.object, 'ingress', addIngress),
  ];
  const patch = [...guards(input.object, target, ['/spec']), ...added];
  const planned = plannedPatch({ ...input, target }, patch, ['/spec'], {
    title: `Allow ${allows} in ${name}`.slice(0, 200),
    diff: [diffOf(input.object, 'egress', addEgress), diffOf(input.object, 'ingress', addIngress)]
      .filter((text) => text !== '')
      .join('\n'),
    reach: `The pods in namespace ${target.ref.namespace} that ${target.ref.name} selects; only adds what is listed, everything else stays as it is. Nothing restarts.`,
    undo: `Remove the added ${addEgress.length + addIngress.length === 1 ? 'rule' : 'rules'} from ${name}.`,
    preconditions: [`${name} still has the same rules`],
    settle: { type: 'none' },
    byHand: patchByHand(target.ref, patch, null),
  });
  return { ok: true, planned };
}

function diffOf(object: Parameters<typeof valueAt>[0], direction: Direction, rules: readonly Json[]): string {
  if (rules.length === 0) return '';
  const before = valueAt(object, `/spec/${direction}`);
  const present = before.found && Array.isArray(before.value) ? before.value : [];
  return fieldDiff('spec', direction, before, { found: true, value: [...present, ...rules] });
}

export const patchNetworkPolicy: CatalogueEntry = {
  type: 'patch-network-policy',
  params: NetworkPolicyParams,
  plan,
  tookEffect: patchTookEffect,
};
