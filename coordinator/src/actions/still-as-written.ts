import type { Json, JsonPatchOperation, PlannedAction } from '../domain/action.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { valueAt } from './json-pointer.ts';

/** The fields that a step leaves in a certain state; null where it is an act (a deletion, a restart) that leaves none. */
export function writtenFields(
  step: Pick<PlannedAction, 'request' | 'mutation'>,
): JsonPatchOperation[] | null {
  switch (step.request.type) {
    case 'delete-pod':
    case 'restart-daemonset':
    case 'restart-deployment':
    case 'escalate':
      return null;
    case 'patch-daemonset-tolerations':
    case 'patch-daemonset-node-selector':
    case 'patch-corefile':
    case 'scale-coredns':
    case 'patch-network-policy':
      return step.mutation.verb === 'patch' ? step.mutation.patch.filter(({ op }) => op !== 'test') : null;
  }
}

/** Whether an object still looks as these operations left it; what the API server filled in beside it does not count. */
export function stillAsWritten(operations: readonly JsonPatchOperation[], object: RawObject): boolean {
  return operations.every((operation) => stillHolds(operation, object));
}

function stillHolds(operation: JsonPatchOperation, object: RawObject): boolean {
  switch (operation.op) {
    case 'test':
      return true;
    case 'remove':
      return !valueAt(object, operation.path).found;
    case 'add':
    case 'replace': {
      const { value } = operation;
      if (!operation.path.endsWith('/-')) {
        const at = valueAt(object, operation.path);
        return at.found && holds(at.value, value);
      }
      const list = valueAt(object, operation.path.slice(0, -2));
      return list.found && Array.isArray(list.value) && list.value.some((item) => holds(item, value));
    }
  }
}

/** Everything that was written is there. Objects may hold more (defaults); lists may not. */
function holds(present: Json, written: Json): boolean {
  if (Array.isArray(written)) {
    return (
      Array.isArray(present) &&
      present.length === written.length &&
      written.every((item, i) => holds(present[i] ?? null, item))
    );
  }
  if (written === null || typeof written !== 'object') return present === written;
  if (present === null || typeof present !== 'object' || Array.isArray(present)) return false;
  return Object.entries(written).every(([key, value]) => {
    const at = present[key];
    return at !== undefined && holds(at, value);
  });
}
