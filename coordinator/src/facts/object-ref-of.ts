import type { ObjectKind, ObjectRef } from '../domain/object-ref.ts';
import type { Meta } from './records.ts';

/** The reference to exactly this object, with its UID. */
export function refOf(kind: ObjectKind, meta: Meta): ObjectRef {
  return { kind, namespace: meta.namespace, name: meta.name, uid: meta.uid };
}
