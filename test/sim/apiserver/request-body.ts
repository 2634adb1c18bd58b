import type { IncomingMessage } from 'node:http';
import { ApiError, badRequest } from './api-error.ts';
import type { JsonValue } from './json-value.ts';
import { isObject } from './json-value.ts';
import type { RequestInfo } from './request-info.ts';

const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The whole body as text. Throws the 413 of a body over 3 MiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > MAX_BODY_BYTES)
      throw new ApiError(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The body as JSON; undefined when there is none. Throws 400 or 415. */
export function parseBody(text: string, info: RequestInfo, contentType: string): JsonValue | undefined {
  if (text === '') return undefined;
  if (info.verb !== 'patch' && contentType !== '' && contentType !== 'application/json') {
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: application/json`,
    );
  }
  try {
    // JSON.parse gives nothing but JSON values.
    return JSON.parse(text) as JsonValue;
  } catch {
    if (info.verb === 'patch') throw badRequest('error decoding patch: invalid character in JSON');
    throw badRequest(
      `the object provided is unrecognized: couldn't get version/kind; json parse error: invalid JSON (${text.slice(0, 40)})`,
    );
  }
}

/** dryRun as a parameter, or in the options of a deletion. */
export function wantsDryRun(info: RequestInfo, body: JsonValue | undefined): boolean {
  if (info.query.getAll('dryRun').includes('All')) return true;
  return (
    info.verb.startsWith('delete') &&
    isObject(body) &&
    Array.isArray(body['dryRun']) &&
    body['dryRun'].includes('All')
  );
}
