/** Why the stand-in refuses a call: Slack's own error codes, as far as the methods here can give them. */
export type SlackErrorCode =
  | 'not_authed'
  | 'invalid_auth'
  | 'token_revoked'
  | 'not_allowed_token_type'
  | 'missing_scope'
  | 'unknown_method'
  | 'invalid_arguments'
  | 'invalid_json'
  | 'invalid_post_type'
  | 'invalid_cursor'
  | 'channel_not_found'
  | 'not_in_channel'
  | 'is_archived'
  | 'user_not_found'
  | 'user_not_in_channel'
  | 'message_not_found'
  | 'cant_update_message'
  | 'thread_not_found'
  | 'invalid_thread_ts'
  | 'cannot_reply_to_message'
  | 'no_text'
  | 'msg_too_long'
  | 'msg_blocks_too_long'
  | 'invalid_blocks'
  | 'invalid_blocks_format'
  | 'invalid_attachments'
  | 'invalid_metadata_format'
  | 'metadata_too_large'
  | 'ratelimited'
  | 'fatal_error'
  | 'internal_error'
  | 'service_unavailable';

/** A call that ends with `ok: false`. `details` become `errors` and `response_metadata.messages`. */
export class SlackCallError extends Error {
  readonly code: SlackErrorCode;
  readonly details: readonly string[];
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    code: SlackErrorCode,
    details: readonly string[] = [],
    extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(details.length === 0 ? code : `${code}: ${details.join('; ')}`);
    this.name = 'SlackCallError';
    this.code = code;
    this.details = details;
    this.extra = extra;
  }
}

/** The JSON body Slack sends for a refused call. */
export function errorBody(error: SlackCallError): Record<string, unknown> {
  const body: Record<string, unknown> = { ok: false, error: error.code, ...error.extra };
  if (error.details.length > 0) {
    body.errors = error.details;
    body.response_metadata = { messages: error.details.map((detail) => `[ERROR] ${detail}`) };
  }
  return body;
}
