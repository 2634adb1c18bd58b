import type { Json, JsonPatchOperation, Mutation } from '../domain/action.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { managersOf } from './field-managers.ts';
import { valueAt } from './json-pointer.ts';

function equals(object: RawObject, path: string, value: Json): boolean {
  const at = valueAt(object, path);
  return at.found && canonicalJson(at.value) === canonicalJson(value);
}

/** Whether the object looks as this operation leaves it. */
function holds(object: RawObject, operation: JsonPatchOperation): boolean {
  switch (operation.op) {
    case 'test':
      return true;
    case 'remove':
      return !valueAt(object, operation.path).found;
    case 'add':
      return operation.path.endsWith('/-')
        ? appended(object, operation.path.slice(0, -2), operation.value)
        : equals(object, operation.path, operation.value);
    case 'replace':
      return equals(object, operation.path, operation.value);
  }
}

function appended(object: RawObject, path: string, value: Json): boolean {
  const list = valueAt(object, path);
  if (!list.found || !Array.isArray(list.value)) return false;
  return list.value.some((item) => canonicalJson(item) === canonicalJson(value));
}

/**
 * Did a patch take effect? By its field manager in managedFields; a patch that only removes fields leaves no manager
 * behind, so then by the fields themselves: still as tested means no, as the patch leaves them means yes.
 */
export function patchTookEffect(input: {
  mutation: Mutation;
  object: RawObject | null;
  fieldManager: string;
}): ReturnType<CatalogueEntry['tookEffect']> {
  const { mutation, object, fieldManager } = input;
  if (mutation.verb !== 'patch' || object === null) return 'cannot-tell';
  const uid = valueAt(object, '/metadata/uid');
  if (mutation.target.uid !== undefined && (!uid.found || uid.value !== mutation.target.uid))
    return 'cannot-tell';
  if (managersOf(object).includes(fieldManager)) return 'yes';
  const outcome = mutation.patch.every((operation) => holds(object, operation));
  const untouched = mutation.patch.every(
    (operation) => operation.op !== 'test' || equals(object, operation.path, operation.value),
  );
  if (untouched) return 'no';
  return outcome ? 'yes' : 'cannot-tell';
}
