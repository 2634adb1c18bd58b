import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';

/** Why a call of the Web API failed, as far as it matters for what is done next. */
export type CallFailure =
  | { reason: 'rate-limited'; retryAfterMs: number }
  /** Slack understood and did not do it; it never will as it is. */
  | { reason: 'refused'; code: string; detail: string }
  /** The message or the thread that was named is not there (any more). */
  | { reason: 'gone'; code: string; detail: string }
  /** No or no clear answer: it may have been done. */
  | { reason: 'ambiguous'; detail: string };

/** Errors after which Slack may or may not have done it: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const unclear = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);
const gone = new Set([
  'message_not_found',
  'thread_not_found',
  'cant_update_message',
  'edit_window_closed',
  'cannot_reply_to_message',
]);
const rateLimitedMs = 30_000;

/** Names what a thrown error means. Everything unknown is ambiguous: that is always safe. */
export function callFailure(error: unknown): CallFailure {
  if (error instanceof WebAPIRateLimitedError) {
    return { reason: 'rate-limited', retryAfterMs: Math.max(1, error.retryAfter) * 1000 };
  }
  if (error instanceof WebAPIPlatformError) return platformFailure(error);
  if (error instanceof WebAPIHTTPError) {
    return { reason: 'ambiguous', detail: `HTTP ${error.statusCode}` };
  }
  if (error instanceof WebAPIRequestError) {
    return { reason: 'ambiguous', detail: error.original.message };
  }
  return { reason: 'ambiguous', detail: error instanceof Error ? error.message : String(error) };
}

function platformFailure({ data }: WebAPIPlatformError): CallFailure {
  const code = data.error;
  const messages = data.response_metadata?.messages ?? [];
  const detail = [code, ...messages].join('; ').slice(0, 500);
  if (code === 'ratelimited') return { reason: 'rate-limited', retryAfterMs: rateLimitedMs };
  if (unclear.has(code)) return { reason: 'ambiguous', detail };
  return { reason: gone.has(code) ? 'gone' : 'refused', code, detail };
}
