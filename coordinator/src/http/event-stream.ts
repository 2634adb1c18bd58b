import type { ServerResponse } from 'node:http';
import type { StreamEventName } from '@pathmedic/shared/contract/console.ts';

/** One open `text/event-stream` answer (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface EventStream {
  /** False once the other side is gone or reads too slowly; nothing is sent then. */
  send(event: StreamEventName, data: unknown, id?: number): boolean;
  /** Says `end` and closes. */
  end(reason: string): void;
  closed(): boolean;
}

/** A page that does not read for so long is dropped: it comes back and resumes. */
const maxBufferedBytes = 4 * 1024 * 1024;

/** Begins the answer; `onClose` is called once, however it ends. */
export function beginEventStream(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  onClose: () => void,
): EventStream {
  let closed = false;
  response.once('close', () => {
    closed = true;
    onClose();
  });
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies must pass each event on at once.
    'x-accel-buffering': 'no',
  });
  response.write('retry: 2000\n\n');

  const stream: EventStream = {
    send(event, data, id) {
      if (closed) return false;
      if (response.writableLength > maxBufferedBytes) {
        response.destroy();
        return false;
      }
      const lines = [
        ...(id === undefined ? [] : [`id: ${id}`]),
        `event: ${event}`,
        `data: ${JSON.stringify(data)}`,
      ];
      response.write(`${lines.join('\n')}\n\n`);
      return true;
    },
    end(reason) {
      if (closed) return;
      stream.send('end', { reason });
      closed = true;
      response.end();
    },
    closed: () => closed,
  };
  return stream;
}
