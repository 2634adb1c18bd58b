import { request } from 'node:http';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { limits } from '../limits.ts';
import type { Delivery } from './delivery.ts';
import { signatureHeaders, type SignatureKind } from './signature.ts';

/** A request as it went to the app; sending it again is a replay. */
export interface SentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Posts signed requests to the app's request URLs. */
export interface HttpDelivery {
  /** Signs and sends; the answer has to come within 3 s. */
  send(
    url: string,
    contentType: string,
    body: string,
    kind?: SignatureKind,
    extra?: Record<string, string>,
  ): Promise<Delivery>;
  /** Sends the very same bytes and headers again. */
  replay(sent: SentRequest): Promise<Delivery>;
  /** Everything that was sent so far, oldest first. */
  sent(): readonly SentRequest[];
  close(): void;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** @param signingSecret the app's signing secret */
export function createHttpDelivery(clock: Clock, signingSecret: string): HttpDelivery {
  const sent: SentRequest[] = [];
  const open = new Set<() => void>();

  const post = ({ url, headers, body }: SentRequest): Promise<Delivery> =>
    new Promise((resolve) => {
      const outgoing = request(url, {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      });
      const settle = (delivery: Delivery): void => {
        timer.cancel();
        open.delete(abort);
        outgoing.destroy();
        resolve(delivery);
      };
      const abort = (): void =>
        settle({ outcome: 'unreachable', transport: 'http', reason: 'the stand-in closed' });
      const timer = clock.after(limits.acknowledgeWithinMs, () =>
        settle({ outcome: 'timed-out', transport: 'http' }),
      );
      open.add(abort);
      outgoing.on('error', (error) =>
        settle({ outcome: 'unreachable', transport: 'http', reason: error.message }),
      );
      outgoing.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', (error) =>
          settle({ outcome: 'unreachable', transport: 'http', reason: error.message }),
        );
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) {
            settle({ outcome: 'acknowledged', transport: 'http', response: parsed(text) });
          } else {
            settle({ outcome: 'rejected', transport: 'http', status, body: text });
          }
        });
      });
      outgoing.end(body);
    });

  return {
    send(url, contentType, body, kind = 'valid', extra = {}) {
      const headers = {
        'content-type': contentType,
        accept: '*/*',
        'user-agent': 'Slackbot 1.0 (pathmedic stand-in)',
        ...signatureHeaders(signingSecret, clock.nowMs(), body, kind),
        ...extra,
      };
      const message = { url, headers, body };
      sent.push(message);
      return post(message);
    },
    replay: post,
    sent: () => sent,
    close() {
      for (const abort of [...open]) abort();
    },
  };
}
