import type { WakeQueue } from '../ports/wake-queue.ts';

/** Wakes the worker and the delivery of an incident after a person's event. Due times in the store are the truth: a lost wake-up costs one sweep. */
export async function wakeBestEffort(queue: Pick<WakeQueue, 'wake'>, incidentId: string): Promise<void> {
  await Promise.allSettled([queue.wake('incident', incidentId), queue.wake('outbox', incidentId)]);
}
