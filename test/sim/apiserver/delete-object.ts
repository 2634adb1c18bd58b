import { preconditionConflict } from './api-error.ts';
import type { ApiObject } from './api-object.ts';
import { asJson } from './api-object.ts';
import { numberAt, stringAt } from './json-value.ts';
import type { ResourceEntry } from './resource-table.ts';
import type { WriteContext } from './write-context.ts';
import { timestamp } from './write-context.ts';

export interface DeleteOptions {
  gracePeriodSeconds: number | undefined;
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan' | undefined;
  uid: string | undefined;
  resourceVersion: string | undefined;
  dryRun: boolean;
}

export type DeleteOutcome =
  | { type: 'removed'; object: ApiObject }
  | { type: 'terminating'; object: ApiObject };

function graceOf(current: ApiObject, entry: ResourceEntry, asked: number | undefined): number {
  if (entry.resource !== 'pods') return 0;
  const json = asJson(current);
  const phase = stringAt(json, 'status', 'phase');
  if ((stringAt(json, 'spec', 'nodeName') ?? '') === '' || phase === 'Failed' || phase === 'Succeeded')
    return 0;
  return asked ?? numberAt(json, 'spec', 'terminationGracePeriodSeconds') ?? 30;
}

function checkPreconditions(current: ApiObject, entry: ResourceEntry, options: DeleteOptions): void {
  const { name, uid, resourceVersion } = current.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid})`;
    throw preconditionConflict(entry, name, `${why}. The object might have been deleted and then recreated`);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion})`;
    throw preconditionConflict(entry, name, `${why}. The object might have been modified`);
  }
}

const HOLDING_FINALIZERS = {
  Background: [],
  Foreground: ['foregroundDeletion'],
  Orphan: ['orphan'],
} as const;

function marked(
  context: WriteContext,
  current: ApiObject,
  graceSeconds: number,
  finalizers: readonly string[],
): ApiObject {
  const { metadata } = current;
  const firstTime = metadata.deletionTimestamp === undefined;
  const deletionTimestamp = timestamp(context.clock.nowMs() + graceSeconds * 1000);
  return {
    ...current,
    metadata: {
      ...metadata,
      deletionTimestamp,
      deletionGracePeriodSeconds: graceSeconds,
      ...(metadata.generation === undefined || !firstTime ? {} : { generation: metadata.generation + 1 }),
      ...(finalizers.length === 0 ? {} : { finalizers: [...finalizers] }),
    },
  };
}

/** DELETE of one object: preconditions, grace period of pods, finalizers, propagation. */
export function deleteObject(
  context: WriteContext,
  entry: ResourceEntry,
  current: ApiObject,
  options: DeleteOptions,
): DeleteOutcome {
  checkPreconditions(current, entry, options);
  const grace = graceOf(current, entry, options.gracePeriodSeconds);
  const holding = HOLDING_FINALIZERS[options.propagationPolicy ?? 'Background'];
  const finalizers = [...new Set([...(current.metadata.finalizers ?? []), ...holding])];
  const object = marked(context, current, grace, finalizers);
  if (grace === 0 && finalizers.length === 0) {
    if (options.dryRun) return { type: 'removed', object };
    return {
      type: 'removed',
      object: context.store.remove(entry.resource, entry.resource === 'pods' ? object : current),
    };
  }
  // A running deletion is only ever shortened.
  const known =
    current.metadata.deletionTimestamp === undefined
      ? Infinity
      : (current.metadata.deletionGracePeriodSeconds ?? 0);
  if (known <= grace) return { type: 'terminating', object: current };
  return { type: 'terminating', object: options.dryRun ? object : context.store.put(entry.resource, object) };
}
