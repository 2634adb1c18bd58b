import { z } from 'zod';
import { limits } from '../limits.ts';

const textStyle = z.strictObject({
  bold: z.boolean().optional(),
  italic: z.boolean().optional(),
  strike: z.boolean().optional(),
  underline: z.boolean().optional(),
  code: z.boolean().optional(),
  highlight: z.boolean().optional(),
  client_highlight: z.boolean().optional(),
  unlink: z.boolean().optional(),
});

const style = textStyle.optional();

const text = z.strictObject({ type: z.literal('text'), text: z.string().min(1), style });
const link = z.strictObject({
  type: z.literal('link'),
  url: z.string().min(1).max(limits.urlCharacters),
  text: z.string().min(1).optional(),
  unsafe: z.boolean().optional(),
  style,
});
const emoji = z.strictObject({
  type: z.literal('emoji'),
  name: z.string().min(1),
  unicode: z.string().optional(),
  style,
});
const date = z.strictObject({
  type: z.literal('date'),
  timestamp: z.int(),
  format: z.string().min(1),
  url: z.string().min(1).optional(),
  fallback: z.string().min(1).optional(),
  style,
});

export const inlineSchema = z.discriminatedUnion('type', [
  text,
  link,
  emoji,
  date,
  z.strictObject({ type: z.literal('user'), user_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), style }),
]);

const border = z.union([z.literal(0), z.literal(1)]).optional();
const sectionSchema = z.strictObject({
  type: z.literal('rich_text_section'),
  elements: z.array(inlineSchema),
});

export const richTextElementSchema = z.discriminatedUnion('type', [
  sectionSchema,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(sectionSchema).min(1),
    indent: z.int().min(0).max(8).optional(),
    offset: z.int().min(0).optional(),
    border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(inlineSchema), border }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    // Only text and links are allowed in here; formatting is not.
    elements: z.array(z.discriminatedUnion('type', [text, link])),
    border,
    language: z.string().min(1).optional(),
  }),
]);

export type RichTextInline = z.infer<typeof inlineSchema>;
export type RichTextElement = z.infer<typeof richTextElementSchema>;
