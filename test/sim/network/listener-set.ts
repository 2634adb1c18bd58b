import type { Listening } from './tcp-relay.ts';

/**
 * Listeners by key that come and go while their opening is still under way: `open` then `close` then `open` ends open, and
 * two never hold the same port at once.
 */
export interface ListenerSet {
  open(key: string, start: () => Promise<Listening>): void;
  close(key: string): void;
  has(key: string): boolean;
  /** Closes all and waits for those that are still opening. */
  closeAll(): Promise<void>;
  /** Resolves when nothing is being opened or closed. */
  settled(): Promise<void>;
}

export function createListenerSet(onError: (key: string, error: unknown) => void): ListenerSet {
  const wanted = new Map<string, () => Promise<Listening>>();
  const opened = new Map<string, Listening>();
  const busy = new Map<string, Promise<void>>();

  async function work(key: string): Promise<void> {
    for (;;) {
      const start = wanted.get(key);
      const current = opened.get(key);
      if (start !== undefined && current === undefined) {
        try {
          opened.set(key, await start());
        } catch (error) {
          wanted.delete(key);
          onError(key, error);
        }
      } else if (start === undefined && current !== undefined) {
        opened.delete(key);
        current.close();
        // The port is free once the handle is closed, a turn of the event loop later.
        await new Promise((resolve) => setImmediate(resolve));
      } else return;
    }
  }

  function attend(key: string): void {
    if (busy.has(key)) return;
    busy.set(
      key,
      work(key).finally(() => busy.delete(key)),
    );
  }

  const settled = async (): Promise<void> => {
    while (busy.size > 0) await Promise.all(busy.values());
  };
  return {
    open(key, start) {
      wanted.set(key, start);
      attend(key);
    },
    close(key) {
      wanted.delete(key);
      attend(key);
    },
    has: (key) => wanted.has(key),
    settled,
    async closeAll() {
      for (const key of new Set([...wanted.keys(), ...opened.keys()])) {
        wanted.delete(key);
        attend(key);
      }
      await settled();
    },
  };
}
