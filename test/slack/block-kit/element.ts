import { z } from 'zod';
import { limits } from '../limits.ts';
import { plainText, textObject } from './text-object.ts';

const webUrl = z
  .string()
  .min(1)
  .max(limits.urlCharacters)
  .refine((value) => /^https?:\/\/[^\s]+$/.test(value), { error: 'invalid url' });

/** The dialog Slack shows before it sends the click. */
export const confirmDialogSchema = z.strictObject({
  title: plainText(limits.confirmTitleCharacters),
  text: textObject(limits.confirmTextCharacters),
  confirm: plainText(limits.confirmButtonCharacters),
  deny: plainText(limits.confirmButtonCharacters),
  style: z.enum(['primary', 'danger']).optional(),
});

export const buttonSchema = z.strictObject({
  type: z.literal('button'),
  text: plainText(limits.buttonTextCharacters),
  action_id: z.string().min(1).max(limits.actionIdCharacters).optional(),
  value: z.string().min(1).max(limits.buttonValueCharacters).optional(),
  url: webUrl.optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirmDialogSchema.optional(),
  accessibility_label: z.string().min(1).max(limits.accessibilityLabelCharacters).optional(),
});

export const imageElementSchema = z.strictObject({
  type: z.literal('image'),
  image_url: webUrl,
  alt_text: z.string().min(1).max(limits.imageAltCharacters),
});

export type Button = z.infer<typeof buttonSchema>;
export type ImageElement = z.infer<typeof imageElementSchema>;
