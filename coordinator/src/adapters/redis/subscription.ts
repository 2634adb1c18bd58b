import type { Redis } from 'ioredis';
import { available } from './availability.ts';
import type { RedisKeys } from './keys.ts';

export interface Subscriptions {
  subscribe(
    incidentId: string | null,
    onAppend: (incidentId: string) => void,
  ): Promise<{ close(): Promise<void> }>;
}

interface Listener {
  incidentId: string | null;
  onAppend: (incidentId: string) => void;
}

/** All subscriptions of a process over one connection of their own, made when the first one is asked for. */
export function createSubscriptions(connect: () => Promise<Redis>, keys: RedisKeys): Subscriptions {
  const listeners = new Set<Listener>();
  let subscribed: Promise<void> | null = null;

  function tell(incidentId: string): void {
    for (const listener of [...listeners]) {
      if (listener.incidentId === null || listener.incidentId === incidentId) listener.onAppend(incidentId);
    }
  }

  /** What was published while the connection was down is lost: whoever follows one incident looks again. */
  function tellAfterGap(): void {
    for (const listener of [...listeners]) {
      if (listener.incidentId !== null) listener.onAppend(listener.incidentId);
    }
  }

  async function start(): Promise<void> {
    const redis = await connect();
    redis.on('message', (_channel: string, incidentId: string) => tell(incidentId));
    redis.on('ready', tellAfterGap);
    await available(() => redis.subscribe(keys.appended));
  }

  return {
    async subscribe(incidentId, onAppend) {
      subscribed ??= start().catch((error: unknown) => {
        subscribed = null;
        throw error;
      });
      await subscribed;
      const listener = { incidentId, onAppend };
      listeners.add(listener);
      return {
        close: () => {
          listeners.delete(listener);
          return Promise.resolve();
        },
      };
    },
  };
}
