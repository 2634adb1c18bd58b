import { z } from 'zod';
import { acceptBlocks } from '../block-kit/accept-blocks.ts';
import type { Block } from '../block-kit/block.ts';
import type { IdSource } from '../id-source.ts';
import { limits } from '../limits.ts';
import { storedText } from '../message-text.ts';
import type { MessageMetadata } from '../message.ts';
import { SlackCallError } from '../slack-error.ts';
import { structured } from './arguments.ts';

const metadataSchema = z.strictObject({
  event_type: z.string().regex(/^[A-Za-z0-9_.:-]{1,255}$/),
  event_payload: z.record(z.string(), z.unknown()),
});

/** The arguments that say what a message contains; undefined means not given. */
export interface ContentArguments {
  readonly text?: string | undefined;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  readonly metadata?: unknown;
}

/** Checked content; a field that was not given is undefined, so that an update can keep the old one. */
export interface AcceptedContent {
  readonly text: string | undefined;
  readonly blocks: readonly Block[] | undefined;
  /** `removed` for an empty object, which is how Slack is told to forget it. */
  readonly metadata: MessageMetadata | 'removed' | undefined;
}

function acceptMetadata(raw: unknown): AcceptedContent['metadata'] {
  const value = structured(raw, 'invalid_metadata_format');
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return 'removed';
  const parsed = metadataSchema.safeParse(value);
  if (!parsed.success) throw new SlackCallError('invalid_metadata_format', [z.prettifyError(parsed.error)]);
  if (Buffer.byteLength(JSON.stringify(parsed.data)) > limits.metadataSizeBytes) {
    throw new SlackCallError('metadata_too_large');
  }
  return parsed.data;
}

/**
 * Checks what a message is to contain.
 * @throws SlackCallError `msg_too_long`, `invalid_blocks`, `invalid_blocks_format`, `msg_blocks_too_long`,
 *   `invalid_attachments` (the stand-in takes none), `invalid_metadata_format`, `metadata_too_large`
 */
export function acceptContent(
  args: ContentArguments,
  textCharacters: number,
  ids: IdSource,
): AcceptedContent {
  const attachments = structured(args.attachments, 'invalid_attachments');
  if (attachments !== undefined && !(Array.isArray(attachments) && attachments.length === 0)) {
    throw new SlackCallError('invalid_attachments', ['the stand-in takes no attachments: use blocks']);
  }
  if (args.text !== undefined && args.text.length > textCharacters) throw new SlackCallError('msg_too_long');
  const blocks = structured(args.blocks, 'invalid_blocks_format');
  return {
    text: args.text === undefined ? undefined : storedText(args.text),
    blocks: blocks === undefined ? undefined : acceptBlocks(blocks, ids.short),
    metadata: acceptMetadata(args.metadata),
  };
}
