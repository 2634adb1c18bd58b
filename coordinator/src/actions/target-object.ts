import { z } from 'zod';
import type { ActionRequest } from '../domain/action.ts';
import { formatRef, type ObjectKind, type ObjectRef } from '../domain/object-ref.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { type Refusal, refuse } from './refusal.ts';

const OwnerReference = z.object({
  apiVersion: z.string().default(''),
  kind: z.string(),
  name: z.string(),
  uid: z.string().default(''),
  controller: z.boolean().default(false),
});

const Metadata = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default(''),
    uid: z.string().min(1),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(OwnerReference).nullish(),
    managedFields: z.array(z.object({ manager: z.string().default('') })).nullish(),
    deletionTimestamp: z.string().nullish(),
  }),
});

/** What every action needs of its target's metadata. */
export interface TargetObject {
  ref: ObjectRef & { uid: string };
  labels: Record<string, string>;
  annotations: Record<string, string>;
  owners: z.infer<typeof OwnerReference>[];
  managers: string[];
}

/** Checks that the object at hand is the one the request names (kind, namespace, name, and UID if given), and not on its way out. */
export function targetObject(
  request: ActionRequest,
  object: RawObject,
  kind: ObjectKind,
): { ok: true; target: TargetObject } | Refusal {
  const wanted = request.target;
  if (wanted.kind !== kind)
    return refuse('wrong-target', `${request.type} is for a ${kind}, not a ${wanted.kind}`);
  const parsed = Metadata.safeParse(object);
  if (!parsed.success) return refuse('wrong-target', `${formatRef(wanted)} could not be understood as read`);
  const { metadata } = parsed.data;
  const same = metadata.name === wanted.name && metadata.namespace === wanted.namespace;
  const kindRead = object['kind'];
  if (!same || (kindRead !== undefined && kindRead !== kind)) {
    return refuse('wrong-target', `what was read is not ${formatRef(wanted)}`);
  }
  if (wanted.uid !== undefined && wanted.uid !== metadata.uid) {
    return refuse('wrong-target', `${formatRef(wanted)} was replaced by another object of the same name`);
  }
  if (metadata.deletionTimestamp)
    return refuse('nothing-to-do', `${formatRef(wanted)} is already being deleted`);
  const target: TargetObject = {
    ref: { kind, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    owners: metadata.ownerReferences ?? [],
    managers: (metadata.managedFields ?? []).map(({ manager }) => manager),
  };
  return { ok: true, target };
}
