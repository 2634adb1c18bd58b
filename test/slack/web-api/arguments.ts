import { z } from 'zod';
import { SlackCallError, type SlackErrorCode } from '../slack-error.ts';

/** Arguments arrive as JSON values or, form-encoded, as strings; both are accepted everywhere. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
  .transform((value) => value === true || value === 'true' || value === '1');

/** A page size of 1 to `maximum`. */
export function pageSize(maximum: number, otherwise: number) {
  return z.coerce.number().int().min(1).max(maximum).default(otherwise);
}

/** `seconds.microseconds`, as a string: Slack loses messages whose `ts` went through a float. */
export const timestamp = z.string().regex(/^\d{1,12}\.\d{6}$/);

/** A paging bound: `seconds` or `seconds.microseconds`. */
export const timeBound = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,6})?$/)
  .optional();

/**
 * The value of an argument that is JSON inside a form, or JSON itself.
 * @throws SlackCallError `malformed` when the string is no JSON.
 */
export function structured(value: unknown, malformed: SlackErrorCode): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackCallError(malformed);
  }
}

/** @throws SlackCallError `invalid_arguments`, naming each bad, missing or unknown argument. */
export function parseArguments<A>(schema: z.ZodType<A>, raw: Readonly<Record<string, unknown>>): A {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `unknown argument: ${key}`);
    const name = issue.path.map(String).join('/');
    const missing = issue.code === 'invalid_type' && raw[name] === undefined;
    return [missing ? `missing required field: ${name}` : `${issue.message} [json-pointer:/${name}]`];
  });
  throw new SlackCallError('invalid_arguments', details);
}
