import { z } from 'zod';
import type { JsonPatchOperation } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Toleration } from '../facts/records.ts';
import { patchByHand } from './by-hand.ts';
import type { CatalogueEntry, PlanResult } from './catalogue-entry.ts';
import { fieldDiff } from './field-diff.ts';
import { valueAt } from './json-pointer.ts';
import { patchTookEffect } from './patch-effect.ts';
import { nodesGained, placementReach } from './placement-reach.ts';
import { placementTarget } from './placement-target.ts';
import { guards, plannedPatch } from './planned-step.ts';
import { refuse } from './refusal.ts';
import { asJson, rolloutTimeoutMs } from './workload-target.ts';

/** Each names one taint exactly; a blanket `operator: Exists` without a key is not accepted. */
export const TolerationsParams = z.strictObject({
  add: z
    .array(
      z.strictObject({
        key: z.string().min(1),
        operator: z.enum(['Exists', 'Equal']),
        value: z.string().optional(),
        effect: z.enum(['NoSchedule', 'NoExecute']),
      }),
    )
    .min(1)
    .max(10),
});

const TOLERATIONS = '/spec/template/spec/tolerations';

function inWords(toleration: z.infer<typeof TolerationsParams>['add'][number]): string {
  const value = toleration.operator === 'Equal' ? `=${toleration.value ?? ''}` : '';
  return `${toleration.key}${value}:${toleration.effect}`;
}

function plan(input: Parameters<CatalogueEntry['plan']>[0]): PlanResult {
  const params = TolerationsParams.safeParse(input.request.params);
  if (!params.success) return refuse('invalid-params', z.prettifyError(params.error));
  const found = placementTarget(input);
  if (!found.ok) return found;
  const { target, record } = found;
  const added: Toleration[] = asTolerations(params.data.add);
  const tolerations = [...record.template.tolerations, ...added];
  const after = { ...record, template: { ...record.template, tolerations } };
  const gained = nodesGained(record, after, input.facts);
  if (gained.length === 0) return refuse('nothing-to-do', `no node would get ${record.meta.name} by it`);
  const present = valueAt(input.object, TOLERATIONS);
  const add: JsonPatchOperation[] = present.found
    ? added.map((toleration) => ({ op: 'add', path: `${TOLERATIONS}/-`, value: asJson(toleration) }))
    : [{ op: 'add', path: TOLERATIONS, value: asJson(added) }];
  const name = formatRef(target.ref);
  const words = params.data.add.map(inWords).join(', ');
  const reads = [TOLERATIONS, '/spec/updateStrategy/type'];
  const patch = [...guards(input.object, target, reads), ...add];
  const timeoutMs = rolloutTimeoutMs(record);
  const rolls = record.updateStrategy === 'RollingUpdate';
  const planned = plannedPatch({ ...input, target }, patch, reads, {
    title: `Let ${name} tolerate ${words}`.slice(0, 200),
    diff: fieldDiff('spec.template.spec', 'tolerations', present, {
      found: true,
      value: asJson(tolerations),
    }),
    reach: placementReach(record, gained, input.facts).slice(0, 400),
    undo: `Remove the toleration of ${words} again; the agent then leaves the nodes with that taint.`.slice(
      0,
      400,
    ),
    preconditions: [`${name} still has the same tolerations`],
    settle: rolls ? { type: 'rollout', target: target.ref, timeoutMs } : { type: 'none' },
    byHand: patchByHand(target.ref, patch, rolls ? timeoutMs : null),
  });
  return { ok: true, planned };
}

/** Members that are absent stay absent: the API compares tolerations as they are written. */
function asTolerations(add: z.infer<typeof TolerationsParams>['add']): Toleration[] {
  return add.map(({ key, operator, value, effect }) =>
    operator === 'Equal' ? { key, operator, value: value ?? '', effect } : { key, operator, effect },
  );
}

export const patchDaemonSetTolerations: CatalogueEntry = {
  type: 'patch-daemonset-tolerations',
  params: TolerationsParams,
  plan,
  tookEffect: patchTookEffect,
};
