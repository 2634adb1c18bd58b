import { z } from 'zod';

/** Whole number within bounds, from text. */
export function integerText(min: number, max: number) {
  return z
    .string()
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().int().min(min).max(max));
}

/** `true` or `false`, nothing else. */
export const flagText = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Comma-separated list, each item trimmed and parsed by `item`. */
export function listText<T extends z.ZodType<unknown, string>>(item: T) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));
}

/** `http://` or `https://` base URL without credentials, query or fragment; a trailing slash is dropped. */
export const baseUrlText = z
  .string()
  .refine(isBaseUrl, 'must be an http:// or https:// URL without credentials, query or fragment')
  .transform((text) => text.replace(/\/+$/, ''));

function isBaseUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

/** TCP or UDP port; 0 lets the kernel choose one. */
export const portText = integerText(0, 65_535);

/** Levels of the logger. */
export const logLevelText = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']);
