import { createHash } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface BuildLock {
  release(): Promise<void>;
}

/**
 * One build at a time in a cache folder; others wait. The lock is an abstract socket (unix(7)): the kernel takes it back
 * however its holder ends, so that there are no stale ones. Whoever connects is told the holder's process number, and
 * sees the connection end with the lock.
 * @throws what `signal` was aborted with
 */
export async function lockBuild(
  cacheDir: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<BuildLock> {
  const name = `\0pathmedic-lab-build-${createHash('sha256').update(cacheDir).digest('hex').slice(0, 32)}`;
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    const lock = await tryLock(name);
    if (lock !== null) return lock;
    await untilFree(name, signal, (holder) => {
      if (!told) say(`lab: another build is running (process ${holder}); waiting for it`);
      told = true;
    });
  }
}

async function tryLock(name: string): Promise<BuildLock | null> {
  const waiting = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => undefined).on('close', () => waiting.delete(socket));
    socket.write(`${process.pid}`);
    socket.unref();
  });
  const free = await listen(server, name);
  if (!free) return null;
  server.unref();
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of waiting) socket.destroy();
      }),
  };
}

function listen(server: Server, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(name, () => resolve(true));
  });
}

/** Resolves when the holder's connection ends, or there is none to connect to. */
async function untilFree(
  name: string,
  signal: AbortSignal | undefined,
  tell: (holder: string) => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connect(name);
    const stop = (): void => void socket.destroy();
    signal?.addEventListener('abort', stop, { once: true });
    socket.on('data', (holder) => tell(holder.toString()));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
  });
  // Its connections end a moment before its name is free.
  await delay(20);
}
