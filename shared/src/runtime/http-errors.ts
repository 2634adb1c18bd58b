import type { z } from 'zod';
import type { AppError } from './errors.ts';
import { defineErrors } from './errors.ts';

/** What any of our HTTP servers can answer, whatever the service adds. */
export const httpError = defineErrors({
  INVALID_REQUEST: { status: 400, title: 'The request is not valid' },
  UNAUTHENTICATED: { status: 401, title: 'Authentication is required' },
  FORBIDDEN: { status: 403, title: 'This caller may not do that' },
  NOT_FOUND: { status: 404, title: 'There is nothing at this address' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This address does not accept that method' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request did not arrive in time' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is larger than this address accepts' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'The body has a media type that this address does not accept',
  },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests; try again later' },
  INTERNAL: { status: 500, title: 'An internal error; the log of this process has the details' },
  UNAVAILABLE: { status: 503, title: 'Not available at the moment; try again later' },
});

type HttpErrorCode = keyof typeof httpError.table;

const codeByStatus = new Map<number, HttpErrorCode>([
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [405, 'METHOD_NOT_ALLOWED'],
  [408, 'REQUEST_TIMEOUT'],
  [413, 'BODY_TOO_LARGE'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [429, 'TOO_MANY_REQUESTS'],
  [503, 'UNAVAILABLE'],
]);

/** The error of our table for an error of the HTTP framework (or a plugin) that carries a status. */
export function httpErrorForStatus(status: number, cause: unknown): AppError {
  const known = codeByStatus.get(status);
  if (known !== undefined) return httpError(known, { cause });
  return httpError(status >= 400 && status < 500 ? 'INVALID_REQUEST' : 'INTERNAL', { cause });
}

/** Parses what a caller sent; throws INVALID_REQUEST naming the first few fields that are wrong, without their values. */
export function parseRequest<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || '(body)'}: ${issue.message}`)
    .join('; ');
  throw httpError('INVALID_REQUEST', { detail, cause: parsed.error });
}
