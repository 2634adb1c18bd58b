import { cut, slackLine, slackLines } from './slack-text.ts';

/**
 * Block Kit, as far as the messages use it. Every text goes out as `plain_text` or as a run of rich text, neither of which
 * Slack parses: there is no `mrkdwn` in any message, so no text can mention, link or format.
 * Limits: https://docs.slack.dev/reference/block-kit/blocks
 */
export type SlackBlock = { type: string } & Record<string, unknown>;

/** A whole message; `text` is what notifications and screen readers show. */
export interface SlackMessage {
  text: string;
  blocks: readonly SlackBlock[];
}

/** A part of a line. */
export interface Run {
  text: string;
  bold?: boolean;
  code?: boolean;
  url?: string;
}

export type Line = readonly Run[];

/** Slack refuses the blocks of one message from about 13.2 kB of JSON (observed, not documented). */
export const maxBlocksBytes = 12_500;
const maxHeader = 150;
const maxButtonText = 75;

/** Large first line of a message. */
export function header(text: string): SlackBlock {
  return { type: 'header', text: { type: 'plain_text', text: slackLine(text, maxHeader), emoji: false } };
}

/** Lines of text, one block; empty runs and lines are left out. */
export function lines(content: readonly Line[], maxLineLength = 300): SlackBlock | null {
  const shown = content
    .map((line) => line.map((run) => ({ ...run, text: runText(run.text, maxLineLength) })))
    .map((line) => line.filter((run) => run.text !== ''))
    .filter((line) => line.length > 0);
  if (shown.length === 0) return null;
  const elements = shown.flatMap((line, i) => [
    ...(i === 0 ? [] : [{ type: 'text', text: '\n' }]),
    ...line.map(runElement),
  ]);
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

/** Space at the ends of a run separates it from its neighbours and stays. */
function runText(text: string, maxLength: number): string {
  const before = text.startsWith(' ') ? ' ' : '';
  const after = text.length > 1 && text.endsWith(' ') ? ' ' : '';
  const line = slackLine(text, maxLength);
  return line === '' ? '' : `${before}${line}${after}`;
}

function runElement(run: Run): Record<string, unknown> {
  const style = {
    ...(run.bold === true ? { bold: true } : {}),
    ...(run.code === true ? { code: true } : {}),
  };
  const styled = Object.keys(style).length === 0 ? {} : { style };
  return run.url === undefined
    ? { type: 'text', text: run.text, ...styled }
    : { type: 'link', url: run.url, text: run.text, ...styled };
}

/** Monospaced, every line as it is; null for nothing. */
export function preformatted(text: string): SlackBlock | null {
  const shown = slackLines(text).replace(/\n+$/, '');
  if (shown === '') return null;
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: shown }] }],
  };
}

/** Small grey text below the rest. */
export function context(text: string): SlackBlock {
  return {
    type: 'context',
    elements: [{ type: 'plain_text', text: slackLine(text, 600), emoji: false }],
  };
}

export interface Button {
  text: string;
  /** Names of actions as the product knows them; see the parser of clicks. */
  action: 'approve' | 'reject' | 'take-over' | 'need-help' | 'open-conversation' | 'write-up';
  /** Comes back with the click. */
  value?: string;
  url?: string;
  style?: 'primary' | 'danger';
  /** Asked before the click counts. */
  confirm?: { title: string; text: string; yes: string; no: string };
}

/** A row of buttons; `blockId` keeps the row the same over updates. */
export function buttons(blockId: string, row: readonly Button[]): SlackBlock {
  return { type: 'actions', block_id: blockId, elements: row.map(buttonElement) };
}

function buttonElement({ text, action, value, url, style, confirm }: Button): Record<string, unknown> {
  const plain = (content: string, maxLength: number) => ({
    type: 'plain_text',
    text: slackLine(content, maxLength),
    emoji: false,
  });
  return {
    type: 'button',
    action_id: action,
    text: plain(text, maxButtonText),
    ...(value === undefined ? {} : { value: cut(value, 2000) }),
    ...(url === undefined ? {} : { url }),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: plain(confirm.title, 100),
            text: plain(confirm.text, 300),
            confirm: plain(confirm.yes, 30),
            deny: plain(confirm.no, 30),
          },
        }),
  };
}

/** Blocks that are there. */
export function present(blocks: readonly (SlackBlock | null)[]): SlackBlock[] {
  return blocks.filter((block) => block !== null);
}

/** Size as Slack counts it: JSON in UTF-8. */
export function blocksBytes(blocks: readonly SlackBlock[]): number {
  return new TextEncoder().encode(JSON.stringify(blocks)).length;
}

/** A plain run. */
export function say(text: string): Run {
  return { text };
}

/** A label in bold, then its text: `Why: ...`. */
export function labelled(label: string, text: string): Line {
  return text === '' ? [] : [{ text: `${label}: `, bold: true }, { text }];
}
