import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { NotSent, type ApiRequest, type ApiResponse, type ApiTransport } from './api-transport.ts';
import { fieldsOf, textOf } from './trim/json-fields.ts';

/** How the API server refused: the Status object it answered with. */
export interface ApiRefusal {
  code: number;
  /** `Conflict`, `AlreadyExists`, `Invalid`, ...; empty when the body was no Status. */
  reason: string;
  message: string;
  /** `details` of the Status: which object, which field. */
  details: Readonly<Record<string, unknown>>;
}

export type ApiAnswer<T> =
  | { type: 'ok'; code: number; value: T }
  | { type: 'refused'; refusal: ApiRefusal }
  /** No usable answer. `sent: false`: certainly without effect. */
  | { type: 'no-answer'; sent: boolean; detail: string };

export interface ApiCall extends Omit<ApiRequest, 'signal'> {
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Requests with a bound on time and size, and answers as values: nothing here throws. */
export interface ApiClient {
  /** The body parsed as JSON. */
  json(call: ApiCall): Promise<ApiAnswer<unknown>>;
  text(call: ApiCall): Promise<ApiAnswer<string>>;
  /** An open stream; `close` ends it. The timeout is for the headers only. */
  stream(call: ApiCall): Promise<ApiAnswer<{ chunks: AsyncIterable<Uint8Array>; close(): void }>>;
}

const defaultTimeoutMs = 10_000;

export function createApiClient(transport: ApiTransport, clock: Clock): ApiClient {
  async function send<T>(
    call: ApiCall,
    read: (response: ApiResponse, controller: AbortController) => Promise<T>,
  ): Promise<ApiAnswer<T>> {
    const { timeoutMs = defaultTimeoutMs, signal: outer, ...request } = call;
    if (outer?.aborted === true)
      return { type: 'no-answer', sent: false, detail: 'given up before it was sent' };
    const controller = new AbortController();
    let late = false;
    const timer = clock.after(timeoutMs, () => {
      late = true;
      controller.abort(new Error(`no answer within ${timeoutMs} ms`));
    });
    const onAbort = (): void => controller.abort(new Error('given up'));
    outer?.addEventListener('abort', onAbort, { once: true });
    try {
      const response = await untilAborted(
        transport({ ...request, signal: controller.signal }),
        controller.signal,
      );
      if (response.status >= 200 && response.status < 300) {
        const value = await untilAborted(read(response, controller), controller.signal);
        return { type: 'ok', code: response.status, value };
      }
      const text = await untilAborted(response.text(), controller.signal).catch(() => '');
      return { type: 'refused', refusal: refusalOf(response.status, text) };
    } catch (error) {
      const detail = late ? `no answer within ${timeoutMs} ms` : messageOf(error);
      return { type: 'no-answer', sent: !(error instanceof NotSent), detail };
    } finally {
      timer.cancel();
      outer?.removeEventListener('abort', onAbort);
    }
  }

  return {
    json: (call) => send(call, async (response) => JSON.parse(await response.text()) as unknown),
    text: (call) => send(call, (response) => response.text()),
    stream: (call) =>
      send(call, (response, controller) =>
        Promise.resolve({
          chunks: response.chunks(),
          close: () => controller.abort(new Error('closed')),
        }),
      ),
  };
}

/** A transport that does not honour the signal must not hold its caller. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function refusalOf(code: number, text: string): ApiRefusal {
  let status = fieldsOf(null);
  try {
    status = fieldsOf(JSON.parse(text));
  } catch {
    // A proxy in between, or plain text.
  }
  const message = textOf(status['message']) || text.slice(0, 300);
  return {
    code,
    reason: textOf(status['reason']),
    message: message.slice(0, 400),
    details: fieldsOf(status['details']),
  };
}

/** One line that says what went wrong, for details of results. */
export function describeFailure(answer: Exclude<ApiAnswer<unknown>, { type: 'ok' }>): string {
  if (answer.type === 'no-answer') return answer.detail;
  return `${answer.refusal.code} ${answer.refusal.message || answer.refusal.reason}`.trim();
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
