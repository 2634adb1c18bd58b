import type { WakeKind, WakeQueue } from '../ports/wake-queue.ts';

/** Wakes workers of an incident after an append; by default its worker and its delivery. Due times in the store are the truth: a lost wake costs one sweep. */
export async function wakeBestEffort(
  queue: Pick<WakeQueue, 'wake'>,
  incidentId: string,
  kinds: readonly WakeKind[] = ['incident', 'outbox'],
): Promise<void> {
  await Promise.allSettled(kinds.map((kind) => queue.wake(kind, incidentId)));
}
