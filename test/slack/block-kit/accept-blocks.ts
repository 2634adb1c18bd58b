import { z } from 'zod';
import { limits } from '../limits.ts';
import { SlackCallError } from '../slack-error.ts';
import { type Block, blocksSchema } from './block.ts';
import type { Button } from './element.ts';
import { blockProblems } from './problem.ts';
import type { TextObject } from './text-object.ts';

function buttonsWithPath(block: Block): [Button, string][] {
  if (block.type === 'actions') return block.elements.map((button, index) => [button, `elements/${index}`]);
  if (block.type === 'section' && block.accessory?.type === 'button') return [[block.accessory, 'accessory']];
  return [];
}

/** The buttons of a block, in reading order. */
export function buttonsOf(block: Block): Button[] {
  return buttonsWithPath(block).map(([button]) => button);
}

function duplicateIds(blocks: readonly Block[]): string[] {
  const problems: string[] = [];
  const blockIds = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    if (block.block_id !== undefined) {
      if (blockIds.has(block.block_id)) {
        problems.push(
          `\`block_id\` "${block.block_id}" already exists [json-pointer:/blocks/${index}/block_id]`,
        );
      }
      blockIds.add(block.block_id);
    }
    const actionIds = new Set<string>();
    for (const [button, path] of buttonsWithPath(block)) {
      if (button.action_id === undefined) continue;
      if (actionIds.has(button.action_id)) {
        const where = `[json-pointer:/blocks/${index}/${path}/action_id]`;
        problems.push(`\`action_id\` "${button.action_id}" already exists ${where}`);
      }
      actionIds.add(button.action_id);
    }
  }
  return problems;
}

function filledText<T extends TextObject>(text: T): T {
  return text.type === 'plain_text'
    ? { ...text, emoji: text.emoji ?? true }
    : { ...text, verbatim: text.verbatim ?? false };
}

function filledButton(button: Button, newId: () => string): Button {
  return { ...button, text: filledText(button.text), action_id: button.action_id ?? newId() };
}

/** What Slack adds on its own before it stores a block: ids and the text objects' defaults. */
function filled(block: Block, newId: () => string): Block {
  const block_id = block.block_id ?? newId();
  switch (block.type) {
    case 'section':
      return {
        ...block,
        block_id,
        ...(block.text && { text: filledText(block.text) }),
        ...(block.fields && { fields: block.fields.map(filledText) }),
        ...(block.accessory?.type === 'button' && { accessory: filledButton(block.accessory, newId) }),
      };
    case 'header':
      return { ...block, block_id, text: filledText(block.text) };
    case 'context':
      return {
        ...block,
        block_id,
        elements: block.elements.map((element) => (element.type === 'image' ? element : filledText(element))),
      };
    case 'actions':
      return { ...block, block_id, elements: block.elements.map((button) => filledButton(button, newId)) };
    case 'divider':
    case 'image':
    case 'rich_text':
      return { ...block, block_id };
    default:
      return block satisfies never;
  }
}

/**
 * Checks blocks as Slack does and returns them as Slack stores them.
 * @throws SlackCallError `invalid_blocks_format`, `invalid_blocks` (with JSON pointers) or `msg_blocks_too_long`.
 */
export function acceptBlocks(raw: unknown, newId: () => string): Block[] {
  if (!Array.isArray(raw)) throw new SlackCallError('invalid_blocks_format');
  const root = { blocks: raw };
  const parsed = z.object({ blocks: blocksSchema }).safeParse(root);
  if (!parsed.success) {
    throw new SlackCallError('invalid_blocks', blockProblems(parsed.error.issues, root));
  }
  const { blocks } = parsed.data;
  const duplicates = duplicateIds(blocks);
  if (duplicates.length > 0) throw new SlackCallError('invalid_blocks', duplicates);
  if (Buffer.byteLength(JSON.stringify(blocks)) > limits.blocksSizeBytes) {
    throw new SlackCallError('msg_blocks_too_long');
  }
  return blocks.map((block) => filled(block, newId));
}
