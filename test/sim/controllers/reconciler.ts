import type { Clock } from '@pathmedic/shared/runtime/clock.ts';

/** Runs `reconcile(key)` a little after the key is enqueued; keys enqueued meanwhile run once. */
export interface Reconciler {
  enqueue(key: string): void;
}

/** An error of one run is tried again after this, as a controller's rate limiter would. */
const RETRY_MS = 200;

export function createReconciler(
  clock: Clock,
  delayMs: number,
  reconcile: (key: string) => void,
): Reconciler {
  const queued = new Set<string>();
  function schedule(key: string, afterMs: number): void {
    if (queued.has(key)) return;
    queued.add(key);
    clock.after(afterMs, () => {
      queued.delete(key);
      try {
        reconcile(key);
      } catch {
        // Lost races with other writers (conflicts, objects gone meanwhile) heal by looking again.
        schedule(key, RETRY_MS);
      }
    });
  }
  return { enqueue: (key) => schedule(key, delayMs) };
}

/** `namespace/name` of an object, and back. */
export function keyOf(object: { metadata: { namespace?: string; name: string } }): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

export function parseKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
