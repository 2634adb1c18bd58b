import type { Block } from './block-kit/block.ts';
import type { RichTextInline } from './block-kit/rich-text.ts';
import type { TextObject } from './block-kit/text-object.ts';

const mention = /<(?:@([UW][A-Z0-9]+)|!subteam\^(S[A-Z0-9]+)|!(here|channel|everyone))(?:\|[^<>]*)?>/g;

function inMrkdwn(text: string): string[] {
  return [...text.matchAll(mention)].map(([, user, group, range]) => user ?? group ?? range ?? '');
}

function inTextObject(text: TextObject): string[] {
  return text.type === 'mrkdwn' ? inMrkdwn(text.text) : [];
}

function inInline(element: RichTextInline): string[] {
  switch (element.type) {
    case 'user':
      return [element.user_id];
    case 'usergroup':
      return [element.usergroup_id];
    case 'broadcast':
      return [element.range];
    default:
      return [];
  }
}

function inBlock(block: Block): string[] {
  switch (block.type) {
    case 'section':
      return [...(block.text ? [block.text] : []), ...(block.fields ?? [])].flatMap(inTextObject);
    case 'context':
      return block.elements.flatMap((element) => (element.type === 'image' ? [] : inTextObject(element)));
    case 'rich_text':
      return block.elements
        .flatMap((element) =>
          element.type === 'rich_text_list'
            ? element.elements.flatMap((item) => item.elements)
            : element.elements,
        )
        .flatMap(inInline);
    default:
      return [];
  }
}

/**
 * Whom a message would notify: user ids, user group ids, `here`, `channel`, `everyone`. With blocks the
 * `text` still counts, because it is what a notification shows.
 */
export function mentionsIn(text: string, blocks: readonly Block[]): string[] {
  return [...new Set([...inMrkdwn(text), ...blocks.flatMap(inBlock)])];
}
