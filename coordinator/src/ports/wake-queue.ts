/** Wakes workers; loses nothing that matters when it loses everything: due times in the store are the truth. */
export interface WakeQueue {
  wake(kind: WakeKind, incidentId: string): Promise<void>;
  /** Starts working; `handle` is called for one incident at a time per id. */
  work(kind: WakeKind, handle: (incidentId: string) => Promise<void>): Promise<{ close(): Promise<void> }>;
  close(): Promise<void>;
}

/** `canary` wakes nobody's work: it measures how long a wake takes. */
export type WakeKind = 'incident' | 'outbox' | 'execution' | 'canary';
