import { z } from 'zod';
import { limits } from '../limits.ts';

/** A `plain_text` object of 1 to `maximumCharacters` characters. */
export function plainText(maximumCharacters: number = limits.textObjectCharacters) {
  return z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(maximumCharacters),
    emoji: z.boolean().optional(),
  });
}

/** A `mrkdwn` object of 1 to `maximumCharacters` characters. */
export function mrkdwn(maximumCharacters: number = limits.textObjectCharacters) {
  return z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(maximumCharacters),
    verbatim: z.boolean().optional(),
  });
}

/** Either kind of text object. */
export function textObject(maximumCharacters: number = limits.textObjectCharacters) {
  return z.discriminatedUnion('type', [plainText(maximumCharacters), mrkdwn(maximumCharacters)]);
}

export type TextObject = z.infer<ReturnType<typeof textObject>>;
