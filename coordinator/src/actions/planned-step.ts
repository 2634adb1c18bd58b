import type { ActionRequest, JsonPatchOperation, PlannedAction, Settle } from '../domain/action.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { digestOf } from './digest.ts';
import { type Found, valueAt } from './json-pointer.ts';
import type { TargetObject } from './target-object.ts';

/** The words and rules of a step; what binds it to the object is added by `plannedPatch`. */
export interface StepText {
  title: string;
  diff: string;
  reach: string;
  undo: string;
  preconditions: string[];
  settle: Settle;
  byHand: string;
}

/** A `test` operation for a field that is there; none for an absent one (the API server fails such a test). */
function guardOf(path: string, at: Found): JsonPatchOperation[] {
  return at.found ? [{ op: 'test', path, value: at.value }] : [];
}

/** `test` operations on the UID and on the fields that the plan was made from. */
export function guards(
  object: RawObject,
  target: TargetObject,
  reads: readonly string[],
): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: target.ref.uid },
    ...reads.flatMap((path) => guardOf(path, valueAt(object, path))),
  ];
}

/** Puts a patch step together: request with the UID filled in, mutation, reads and digest. */
export function plannedPatch(
  input: { request: ActionRequest; object: RawObject; target: TargetObject },
  patch: JsonPatchOperation[],
  reads: string[],
  text: StepText,
): PlannedAction {
  const { request, object, target } = input;
  return {
    request: { ...request, target: target.ref },
    mutation: { verb: 'patch', target: target.ref, patch },
    reads,
    digest: digestOf(object, reads),
    ...text,
  };
}
