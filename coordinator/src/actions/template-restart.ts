import type { Json, JsonPatchOperation } from '../domain/action.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { fieldDiff } from './field-diff.ts';
import { pointer, valueAt } from './json-pointer.ts';
import { patchTookEffect } from './patch-effect.ts';

export const ANNOTATIONS = '/spec/template/metadata/annotations';
const KEY = 'pathmedic.dev/restarted-by';

/** Stamps the pod template with the plan's id, which makes the controller replace every pod once. */
export function restartStamp(
  object: RawObject,
  planId: string,
): { patch: JsonPatchOperation[]; diff: string } {
  const present = valueAt(object, ANNOTATIONS);
  const patch: JsonPatchOperation[] = present.found
    ? [{ op: 'add', path: ANNOTATIONS + pointer(KEY), value: planId }]
    : [{ op: 'add', path: ANNOTATIONS, value: { [KEY]: planId } }];
  const before = valueAt(object, ANNOTATIONS + pointer(KEY));
  const diff = fieldDiff('spec.template.metadata.annotations', KEY, before, { found: true, value: planId });
  return { patch, diff };
}

/** The stamp names the plan: it is there or it is not. */
export function restartTookEffect(
  input: Parameters<CatalogueEntry['tookEffect']>[0],
): ReturnType<CatalogueEntry['tookEffect']> {
  const { mutation, object } = input;
  if (mutation.verb === 'patch' && object !== null) {
    const stamp = valueAt(object, ANNOTATIONS + pointer(KEY));
    const wanted = mutation.patch.flatMap((operation) =>
      operation.op === 'add' ? [stampIn(operation.value)] : [],
    );
    if (stamp.found && wanted.some((id) => id === stamp.value)) return 'yes';
  }
  return patchTookEffect(input);
}

function stampIn(value: Extract<JsonPatchOperation, { op: 'add' }>['value']): Json | undefined {
  if (typeof value === 'string') return value;
  const at = valueAt(value, pointer(KEY));
  return at.found ? at.value : undefined;
}
