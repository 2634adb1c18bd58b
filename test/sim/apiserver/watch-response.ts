import type { ServerResponse } from 'node:http';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { InjectedFault } from './fault-injection.ts';
import type { ObjectStore } from './object-store.ts';
import type { RequestInfo } from './request-info.ts';
import { entryFor } from './resource-requests.ts';
import type { OpenWatch } from './watch-objects.ts';
import { openWatch } from './watch-objects.ts';

export interface WatchResponseDeps {
  store: ObjectStore;
  clock: Clock;
  /** Watches that are open now. */
  watches: Set<OpenWatch>;
}

/** Answers a watch with a stream of lines, as late or as silent as injected faults want it. Throws ApiError before the stream starts. */
export function streamWatch(
  deps: WatchResponseDeps,
  info: RequestInfo,
  response: ServerResponse,
  struck: readonly InjectedFault[],
): void {
  const stalled = struck.some((fault) => fault.type === 'stalled-watch');
  const slow = struck.find((fault) => fault.type === 'slow-watch')?.delayMs ?? 0;
  const write = (line: string): void => {
    if (!response.writableEnded && !response.destroyed) response.write(line);
  };
  const pending: string[] = [];
  let emit = (line: string): void => void pending.push(line);
  let finish = (): void => void pending.push('');
  const watch = openWatch(deps, entryFor(info), info.namespace, info.query, {
    send(event) {
      if (stalled) return;
      const line = `${JSON.stringify(event)}\n`;
      if (slow > 0) deps.clock.after(slow, () => write(line));
      else emit(line);
    },
    end: () => (slow > 0 ? void deps.clock.after(slow, () => response.end()) : finish()),
  });
  // Only now is it sure that the watch is not refused: headers, what is there already, then the live events.
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  for (const line of pending) if (line !== '') write(line);
  if (pending.includes('')) return void response.end();
  emit = write;
  deps.watches.add(watch);
  finish = () => {
    deps.watches.delete(watch);
    response.end();
  };
  response.once('close', () => {
    deps.watches.delete(watch);
    watch.close();
  });
}
