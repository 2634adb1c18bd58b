import { z } from 'zod';
import { limits } from '../limits.ts';
import { buttonSchema, imageElementSchema } from './element.ts';
import { richTextElementSchema } from './rich-text.ts';
import { mrkdwn, plainText, textObject } from './text-object.ts';

const blockId = z.string().min(1).max(limits.blockIdCharacters).optional();

const section = z
  .strictObject({
    type: z.literal('section'),
    block_id: blockId,
    text: textObject(limits.sectionTextCharacters).optional(),
    fields: z.array(textObject(limits.sectionFieldCharacters)).min(1).max(limits.sectionFields).optional(),
    accessory: z.discriminatedUnion('type', [buttonSchema, imageElementSchema]).optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, {
    error: 'must define either `text` or `fields`',
  });

const header = z.strictObject({
  type: z.literal('header'),
  block_id: blockId,
  text: plainText(limits.headerCharacters),
});

const context = z.strictObject({
  type: z.literal('context'),
  block_id: blockId,
  elements: z
    .array(z.discriminatedUnion('type', [plainText(), mrkdwn(), imageElementSchema]))
    .min(1)
    .max(limits.contextElements),
});

const divider = z.strictObject({ type: z.literal('divider'), block_id: blockId });

const actions = z.strictObject({
  type: z.literal('actions'),
  block_id: blockId,
  elements: z
    .array(z.discriminatedUnion('type', [buttonSchema]))
    .min(1)
    .max(limits.actionsElements),
});

const image = z.strictObject({
  type: z.literal('image'),
  block_id: blockId,
  image_url: z.string().min(1).max(limits.urlCharacters),
  alt_text: z.string().min(1).max(limits.imageAltCharacters),
  title: plainText(limits.imageAltCharacters).optional(),
});

const richText = z.strictObject({
  type: z.literal('rich_text'),
  block_id: blockId,
  elements: z.array(richTextElementSchema).min(1),
});

/**
 * The blocks a message may carry here. Slack knows more (selects, tables, markdown, video): they are
 * refused as unsupported, since a product that starts to use one should extend the stand-in first.
 * `input` is refused as Slack refuses it: it belongs to modals.
 */
export const blockSchema = z.discriminatedUnion('type', [
  section,
  header,
  context,
  divider,
  actions,
  image,
  richText,
]);

export const blocksSchema = z.array(blockSchema).max(limits.blocksPerMessage);

export type Block = z.infer<typeof blockSchema>;
