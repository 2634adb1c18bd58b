import { SlackCallError } from '../slack-error.ts';

/** An HTTP request whose body was read. Header names are lower case. */
export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What goes back; `dropped` closes the socket without a byte, `event-stream` stays open. */
export type HttpAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'dropped' }
  | {
      readonly kind: 'event-stream';
      /** Gets a sender of server-sent events; returns what to do when the reader leaves. */
      readonly open: (send: (data: string) => void) => () => void;
    };

/** A JSON answer. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/** The arguments and token of a Web API call. */
export interface CallArguments {
  readonly token: string | undefined;
  readonly args: Readonly<Record<string, unknown>>;
  /** Slack warns about JSON without a charset. */
  readonly warnings: readonly string[];
}

function bodyArguments(call: HttpCall, contentType: string): Record<string, unknown> {
  if (call.body === '') return {};
  switch (contentType) {
    case 'application/x-www-form-urlencoded':
      return Object.fromEntries(new URLSearchParams(call.body));
    case 'application/json': {
      let value: unknown;
      try {
        value = JSON.parse(call.body);
      } catch {
        throw new SlackCallError('invalid_json');
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw new SlackCallError('invalid_json');
      }
      return { ...value };
    }
    default:
      throw new SlackCallError('invalid_post_type');
  }
}

/**
 * Reads a call as Slack does: token from the header or the arguments, never from JSON; arguments from the
 * query and from a form or JSON body. @throws SlackCallError `invalid_json`, `invalid_post_type`
 */
export function readCall(call: HttpCall): CallArguments {
  const [contentType = '', ...parameters] = (call.headers['content-type'] ?? '')
    .toLowerCase()
    .split(/\s*;\s*/);
  const { token: formToken, ...args } = {
    ...Object.fromEntries(call.query),
    ...bodyArguments(call, contentType),
  };
  const bearer = /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1];
  const isJson = contentType === 'application/json';
  return {
    token: bearer ?? (typeof formToken === 'string' && !isJson ? formToken : undefined),
    args,
    warnings:
      isJson && !parameters.some((parameter) => parameter.startsWith('charset=')) ? ['missing_charset'] : [],
  };
}
