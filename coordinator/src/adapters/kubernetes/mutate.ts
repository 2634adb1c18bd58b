import type { JsonPatchOperation, Mutation } from '../../domain/action.ts';
import type { MutationOptions, MutationResult } from '../../ports/cluster.ts';
import {
  describeFailure,
  type ApiAnswer,
  type ApiCall,
  type ApiClient,
  type ApiRefusal,
} from './api-client.ts';
import { objectPath } from './resource-path.ts';
import { fieldsOf, textOf } from './trim/json-fields.ts';

/**
 * Sends exactly one request, once. Both verbs are bound to the UID (where the target has one) and to the resourceVersion
 * that was read, so that a write to an object that changed since is refused by the API server itself.
 */
export async function mutateObject(
  api: ApiClient,
  mutation: Mutation,
  options: MutationOptions,
): Promise<MutationResult> {
  const call = mutation.verb === 'patch' ? patchCall(mutation, options) : deleteCall(mutation, options);
  const answer = await api.json({
    ...call,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return resultOf(answer);
}

function patchCall(mutation: Extract<Mutation, { verb: 'patch' }>, options: MutationOptions): ApiCall {
  const { uid } = mutation.target;
  const guards: JsonPatchOperation[] = [
    ...(uid === undefined ? [] : [{ op: 'test' as const, path: '/metadata/uid', value: uid }]),
    // Written over and not tested: the API server then answers 409 and not 422 when the object has changed.
    { op: 'replace', path: '/metadata/resourceVersion', value: options.resourceVersion },
  ];
  const query = new URLSearchParams({ fieldManager: options.fieldManager, fieldValidation: 'Strict' });
  if (options.dryRun) query.set('dryRun', 'All');
  return {
    method: 'PATCH',
    path: `${objectPath(mutation.target)}?${query.toString()}`,
    contentType: 'application/json-patch+json',
    body: JSON.stringify([...guards, ...mutation.patch]),
  };
}

function deleteCall(mutation: Extract<Mutation, { verb: 'delete' }>, options: MutationOptions): ApiCall {
  const { uid } = mutation.target;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    resourceVersion: options.resourceVersion,
  };
  return {
    method: 'DELETE',
    path: objectPath(mutation.target),
    contentType: 'application/json',
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions,
      ...(options.dryRun ? { dryRun: ['All'] } : {}),
    }),
  };
}

/** What the answer says about the write. Anything that is no clear yes or no is ambiguous. */
export function resultOf(answer: ApiAnswer<unknown>): MutationResult {
  if (answer.type === 'ok') {
    const metadata = fieldsOf(fieldsOf(answer.value)['metadata']);
    const generation = metadata['generation'];
    return {
      ok: true,
      resourceVersion: textOf(metadata['resourceVersion']),
      generation: typeof generation === 'number' ? generation : null,
    };
  }
  const detail = describeFailure(answer);
  if (answer.type === 'no-answer') {
    // Nothing was sent: as harmless as a refusal for want of capacity, and as worth another try.
    return { ok: false, reason: answer.sent ? 'ambiguous' : 'throttled', detail };
  }
  return { ok: false, reason: reasonOf(answer.refusal), detail };
}

function reasonOf(refusal: ApiRefusal): Extract<MutationResult, { ok: false }>['reason'] {
  switch (refusal.code) {
    case 400:
    case 405:
    case 413:
    case 415:
      return 'invalid';
    case 401:
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'not-found';
    case 409:
      return 'conflict';
    case 422:
      return unprocessable(refusal);
    case 429:
      return 'throttled';
    default:
      return 'ambiguous';
  }
}

/**
 * A patch that does not apply to the object as it is now (a `test` that fails, a path that is not there) gets a 422
 * without details; what validation refuses names the object or the field.
 */
function unprocessable({ details }: ApiRefusal): 'test-failed' | 'invalid' {
  return Object.keys(details).length === 0 ? 'test-failed' : 'invalid';
}
