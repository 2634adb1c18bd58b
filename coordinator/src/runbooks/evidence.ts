import type { Evidence } from '../domain/cause.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import { shortenIds } from '../facts/shorten-ids.ts';

/**
 * Cuts a text to `max` characters and says so by an ellipsis; control characters (escapes, line ends) become spaces, and
 * long ids are shortened first, so that they do not push out what matters.
 */
export function clip(text: string, max: number): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  const short = shortenIds(clean);
  return short.length <= max ? short : `${short.slice(0, max - 1)}…`;
}

/** One line of evidence; `ref` and `atMs` where they are known. */
export function evidence(
  source: Evidence['source'],
  text: string,
  at: { ref?: ObjectRef; atMs?: number } = {},
): Evidence {
  return { source, text: clip(text, 400) || '(empty)', ...at };
}
