import type { Block } from '../slack/block-kit/block.ts';
import type { RichTextElement, RichTextInline } from '../slack/block-kit/rich-text.ts';
import type { TextObject } from '../slack/block-kit/text-object.ts';

/** A message as lines of plain text, the way a person reads it: links by their words, buttons in brackets. */
export function messageLines(message: { text: string; blocks: readonly Block[] }): string[] {
  const lines =
    message.blocks.length === 0 ? plain(message.text).split('\n') : message.blocks.flatMap(blockLines);
  return lines.map((line) => line.trimEnd()).filter((line) => line !== '');
}

function blockLines(block: Block): string[] {
  switch (block.type) {
    case 'header':
      return [block.text.text];
    case 'section':
      return [...(block.text === undefined ? [] : [block.text]), ...(block.fields ?? [])].flatMap(textLines);
    case 'context':
      return [
        block.elements
          .map((element) => (element.type === 'image' ? '' : textLines(element).join(' ')))
          .join(' '),
      ];
    case 'actions':
      return [block.elements.map(({ text }) => `[${text.text}]`).join(' ')];
    case 'image':
      return [block.alt_text];
    case 'divider':
      return [];
    case 'rich_text':
      return block.elements.flatMap(richLines);
  }
}

function textLines(text: TextObject): string[] {
  return (text.type === 'mrkdwn' ? plain(text.text) : text.text).split('\n');
}

function richLines(element: RichTextElement): string[] {
  switch (element.type) {
    case 'rich_text_section':
    case 'rich_text_quote':
      return inline(element.elements).split('\n');
    case 'rich_text_list':
      return element.elements.map((item) => `- ${inline(item.elements)}`);
    case 'rich_text_preformatted':
      return inline(element.elements)
        .split('\n')
        .map((line) => `    ${line}`);
  }
}

function inline(elements: readonly RichTextInline[]): string {
  return elements.map(inlineText).join('');
}

function inlineText(element: RichTextInline): string {
  switch (element.type) {
    case 'text':
      return element.text;
    case 'link':
      return element.text ?? element.url;
    case 'emoji':
      return `:${element.name}:`;
    case 'date':
      return element.fallback ?? new Date(element.timestamp * 1000).toISOString();
    case 'user':
      return `@${element.user_id}`;
    case 'channel':
      return `#${element.channel_id}`;
    case 'usergroup':
      return `@${element.usergroup_id}`;
    case 'broadcast':
      return `@${element.range}`;
  }
}

/** mrkdwn without its marks. */
function plain(mrkdwn: string): string {
  return mrkdwn
    .replaceAll(/<(?:https?:\/\/|mailto:)[^|>]+\|([^>]+)>/g, '$1')
    .replaceAll(/<([^|>]+)>/g, '$1')
    .replaceAll(/(^|\s)[*_`]([^*_`\n]+)[*_`](?=\s|[.,:;]|$)/gm, '$1$2')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** Lines of the newer text that were not in the older one. */
export function newLines(before: readonly string[], now: readonly string[]): string[] {
  const known = new Set(before);
  return now.filter((line) => !known.has(line));
}
