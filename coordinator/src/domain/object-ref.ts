import { z } from 'zod';

/** Kinds that pathmedic reads or proposes to change. */
export const ObjectKind = z.enum([
  'Node',
  'Namespace',
  'Pod',
  'DaemonSet',
  'Deployment',
  'Service',
  'EndpointSlice',
  'ConfigMap',
  'NetworkPolicy',
]);
export type ObjectKind = z.infer<typeof ObjectKind>;

/** A Kubernetes object by name, and by UID where the very same object is meant. */
export const ObjectRef = z.strictObject({
  kind: ObjectKind,
  /** Empty for cluster-scoped kinds. */
  namespace: z.string().max(253),
  name: z.string().min(1).max(253),
  uid: z.string().max(64).optional(),
});
export type ObjectRef = z.infer<typeof ObjectRef>;

/** `Kind namespace/name`, as messages and logs show it. */
export function formatRef(ref: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}
