import { createHash } from 'node:crypto';
import type { OwnerReference } from '../apiserver/api-object.ts';
import type { Pod, PodTemplate } from '../apiserver/stored-pods.ts';

export function isReady(pod: Pod): boolean {
  return (pod.status.conditions ?? []).some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

export function isOwnedBy(
  object: { metadata: { ownerReferences?: OwnerReference[] } },
  uid: string,
): boolean {
  return (object.metadata.ownerReferences ?? []).some(
    (owner) => owner.uid === uid && owner.controller === true,
  );
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A short hash of a pod template, in the letters that controllers use for names. */
export function templateHash(template: PodTemplate): string {
  const digest = createHash('sha256').update(JSON.stringify(template)).digest();
  return [...digest.subarray(0, 9)].map((byte) => LETTERS[byte % LETTERS.length] ?? 'x').join('');
}

/** A number or a percentage of `total`, rounded as asked. */
export function amountOf(value: number | string | undefined, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  const share = (Number.parseFloat(value) / 100) * total;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}
