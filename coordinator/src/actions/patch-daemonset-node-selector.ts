import { z } from 'zod';
import type { Json, JsonPatchOperation } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { DaemonSetRecord } from '../facts/records.ts';
import { patchByHand } from './by-hand.ts';
import type { CatalogueEntry, PlanResult } from './catalogue-entry.ts';
import { fieldDiff } from './field-diff.ts';
import { pointer } from './json-pointer.ts';
import { patchTookEffect } from './patch-effect.ts';
import { nodesGained, placementReach } from './placement-reach.ts';
import { placementTarget } from './placement-target.ts';
import { guards, plannedPatch } from './planned-step.ts';
import { type Refusal, refuse } from './refusal.ts';
import { withoutAffinityKeys } from './affinity-edit.ts';
import { asJson, rolloutTimeoutMs } from './workload-target.ts';

/** Keys to take out of the pod template's nodeSelector, and out of its required node affinity. */
export const NodeSelectorParams = z.strictObject({
  removeKeys: z.array(z.string().min(1)).max(10).default([]),
  removeAffinityKeys: z.array(z.string().min(1)).max(10).default([]),
});
type Params = z.infer<typeof NodeSelectorParams>;

const SELECTOR = '/spec/template/spec/nodeSelector';
const AFFINITY = '/spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution';
/** They tell what the image can run on at all. */
const PLATFORM = [
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
];

interface Edit {
  patch: JsonPatchOperation[];
  after: DaemonSetRecord;
  diff: string[];
  removed: string[];
}

function withoutSelectorKeys(record: DaemonSetRecord, keys: readonly string[]): Edit {
  const before = record.template.nodeSelector;
  const left = Object.fromEntries(Object.entries(before).filter(([key]) => !keys.includes(key)));
  // An empty map would be dropped by the API server anyway; removing the field says what is meant.
  const paths = Object.keys(left).length === 0 ? [SELECTOR] : keys.map((key) => SELECTOR + pointer(key));
  const found = (map: Record<string, string>) =>
    Object.keys(map).length === 0
      ? ({ found: false } as const)
      : { found: true as const, value: asJson(map) };
  return {
    patch: paths.map((path) => ({ op: 'remove', path })),
    after: { ...record, template: { ...record.template, nodeSelector: left } },
    diff: [fieldDiff('spec.template.spec', 'nodeSelector', found(before), found(left))],
    removed: keys.map((key) => `nodeSelector ${key}=${before[key] ?? ''}`),
  };
}

function editAffinity(edit: Edit, keys: readonly string[]): Edit | Refusal {
  const before = edit.after.template.requiredNodeAffinity;
  const edited = withoutAffinityKeys(before, keys);
  if (!edited.ok) return refuse('unsafe', edited.why);
  const operation: JsonPatchOperation =
    edited.required === null
      ? { op: 'remove', path: AFFINITY }
      : { op: 'replace', path: AFFINITY, value: edited.required };
  const found = (value: Json) =>
    value === null ? ({ found: false } as const) : { found: true as const, value };
  const name = 'requiredDuringSchedulingIgnoredDuringExecution';
  return {
    patch: [...edit.patch, operation],
    after: { ...edit.after, template: { ...edit.after.template, requiredNodeAffinity: edited.required } },
    diff: [
      ...edit.diff,
      fieldDiff('spec.template.spec.affinity.nodeAffinity', name, found(before), found(edited.required)),
    ],
    removed: [...edit.removed, ...keys.map((key) => `required affinity on ${key}`)],
  };
}

function editOf(record: DaemonSetRecord, params: Params): Edit | Refusal {
  const keys = [...params.removeKeys, ...params.removeAffinityKeys];
  if (keys.length === 0) return refuse('invalid-params', 'no key is named');
  const platform = keys.find((key) => PLATFORM.includes(key));
  if (platform !== undefined)
    return refuse('unsafe', `${platform} says where the image can run at all and stays`);
  const absent = params.removeKeys.find((key) => !Object.hasOwn(record.template.nodeSelector, key));
  if (absent !== undefined)
    return refuse('nothing-to-do', `the nodeSelector does not hold ${absent} any more`);
  const edit: Edit =
    params.removeKeys.length > 0
      ? withoutSelectorKeys(record, params.removeKeys)
      : { patch: [], after: record, diff: [], removed: [] };
  return params.removeAffinityKeys.length > 0 ? editAffinity(edit, params.removeAffinityKeys) : edit;
}

function plan(input: Parameters<CatalogueEntry['plan']>[0]): PlanResult {
  const params = NodeSelectorParams.safeParse(input.request.params);
  if (!params.success) return refuse('invalid-params', z.prettifyError(params.error));
  const found = placementTarget(input);
  if (!found.ok) return found;
  const { target, record } = found;
  const edit = editOf(record, params.data);
  if ('ok' in edit) return edit;
  const gained = nodesGained(record, edit.after, input.facts);
  if (gained.length === 0) return refuse('nothing-to-do', `no node would get ${record.meta.name} by it`);
  const name = formatRef(target.ref);
  const removed = edit.removed.join(' and ');
  const timeoutMs = rolloutTimeoutMs(record);
  const rolls = record.updateStrategy === 'RollingUpdate';
  const reads = [SELECTOR, AFFINITY, '/spec/updateStrategy/type'];
  const patch = [...guards(input.object, target, reads), ...edit.patch];
  const planned = plannedPatch({ ...input, target }, patch, reads, {
    title: `Remove ${removed} from ${name}`.slice(0, 200),
    diff: edit.diff.join('\n'),
    reach: placementReach(record, gained, input.facts).slice(0, 400),
    undo: `Put ${removed} back into the pod template; the agent then leaves ${gained.length === 1 ? 'that node' : 'those nodes'} again.`.slice(
      0,
      400,
    ),
    preconditions: [`${name} still has the same nodeSelector and required affinity`],
    settle: rolls ? { type: 'rollout', target: target.ref, timeoutMs } : { type: 'none' },
    byHand: patchByHand(target.ref, patch, rolls ? timeoutMs : null),
  });
  return { ok: true, planned };
}

export const patchDaemonSetNodeSelector: CatalogueEntry = {
  type: 'patch-daemonset-node-selector',
  params: NodeSelectorParams,
  plan,
  tookEffect: patchTookEffect,
};
