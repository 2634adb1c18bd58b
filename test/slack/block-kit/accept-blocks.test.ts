import { describe, expect, it } from 'vitest';
import { SlackCallError } from '../slack-error.ts';
import { acceptBlocks } from './accept-blocks.ts';

let id = 0;
const newId = (): string => `id${(id += 1)}`;

function refusal(blocks: unknown): { code: string; details: readonly string[] } {
  try {
    acceptBlocks(blocks, newId);
  } catch (error) {
    if (error instanceof SlackCallError) return { code: error.code, details: error.details };
    throw error;
  }
  throw new Error('the blocks were accepted');
}

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const button = (more: object = {}) => ({ type: 'button', text: plain('Go'), action_id: 'go', ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });

const confirm = { title: plain('Sure?'), text: mrkdwn('Really'), confirm: plain('Yes'), deny: plain('No') };

describe('a limit that is just kept, and just broken', () => {
  const table: [string, (n: number) => unknown[], number, string][] = [
    ['section text', (n) => [section('x'.repeat(n))], 3000, '/blocks/0/text/text'],
    ['header text', (n) => [{ type: 'header', text: plain('x'.repeat(n)) }], 150, '/blocks/0/text/text'],
    [
      'field text',
      (n) => [{ type: 'section', fields: [mrkdwn('x'.repeat(n))] }],
      2000,
      '/blocks/0/fields/0/text',
    ],
    [
      'button text',
      (n) => [actions(button({ text: plain('x'.repeat(n)) }))],
      75,
      '/blocks/0/elements/0/text/text',
    ],
    ['button value', (n) => [actions(button({ value: 'x'.repeat(n) }))], 2000, '/blocks/0/elements/0/value'],
    [
      'action id',
      (n) => [actions(button({ action_id: 'x'.repeat(n) }))],
      255,
      '/blocks/0/elements/0/action_id',
    ],
    ['block id', (n) => [{ ...section('x'), block_id: 'x'.repeat(n) }], 255, '/blocks/0/block_id'],
    [
      'url',
      (n) => [actions(button({ url: `http://${'x'.repeat(n - 7)}` }))],
      3000,
      '/blocks/0/elements/0/url',
    ],
    [
      'confirm title',
      (n) => [actions(button({ confirm: { ...confirm, title: plain('x'.repeat(n)) } }))],
      100,
      '/blocks/0/elements/0/confirm/title/text',
    ],
    [
      'confirm text',
      (n) => [actions(button({ confirm: { ...confirm, text: mrkdwn('x'.repeat(n)) } }))],
      300,
      '/blocks/0/elements/0/confirm/text/text',
    ],
    [
      'confirm button',
      (n) => [actions(button({ confirm: { ...confirm, deny: plain('x'.repeat(n)) } }))],
      30,
      '/blocks/0/elements/0/confirm/deny/text',
    ],
  ];
  it.each(table)('%s', (_name, blocks, limit, pointer) => {
    expect(acceptBlocks(blocks(limit), newId)).toHaveLength(1);
    const { code, details } = refusal(blocks(limit + 1));
    expect(code).toBe('invalid_blocks');
    expect(details).toContain(`must be less than ${limit + 1} characters [json-pointer:${pointer}]`);
  });

  const counted: [string, (n: number) => unknown[], number, string][] = [
    ['blocks', (n) => Array.from({ length: n }, () => ({ type: 'divider' })), 50, '/blocks'],
    [
      'fields',
      (n) => [{ type: 'section', fields: Array.from({ length: n }, () => plain('x')) }],
      10,
      '/blocks/0/fields',
    ],
    [
      'context elements',
      (n) => [{ type: 'context', elements: Array.from({ length: n }, () => plain('x')) }],
      10,
      '/blocks/0/elements',
    ],
    [
      'actions',
      (n) => [actions(...Array.from({ length: n }, (_, i) => button({ action_id: `a${i}` })))],
      25,
      '/blocks/0/elements',
    ],
  ];
  it.each(counted)('number of %s', (_name, blocks, limit, pointer) => {
    expect(() => acceptBlocks(blocks(limit), newId)).not.toThrow();
    expect(refusal(blocks(limit + 1)).details).toContain(
      `no more than ${limit} items allowed [json-pointer:${pointer}]`,
    );
  });
});

describe('blocks Slack would not take', () => {
  const table: [string, unknown, string][] = [
    [
      'an input',
      [{ type: 'input', label: plain('x'), element: button() }],
      'unsupported type: input [json-pointer:/blocks/0/type]',
    ],
    ['a block without type', [{ text: plain('x') }], 'missing required field: type [json-pointer:/blocks/0]'],
    [
      'an unknown field',
      [{ ...section('x'), color: 'red' }],
      'invalid additional property: color [json-pointer:/blocks/0]',
    ],
    [
      'mrkdwn in a header',
      [{ type: 'header', text: mrkdwn('x') }],
      'value is not allowed [json-pointer:/blocks/0/text/type]',
    ],
    [
      'mrkdwn on a button',
      [actions(button({ text: mrkdwn('x') }))],
      'value is not allowed [json-pointer:/blocks/0/elements/0/text/type]',
    ],
    [
      'a string for a text object',
      [{ type: 'section', text: 'x' }],
      'must provide an object [json-pointer:/blocks/0/text]',
    ],
    ['an empty text', [section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    [
      'a section of nothing',
      [{ type: 'section' }],
      'must define either `text` or `fields` [json-pointer:/blocks/0]',
    ],
    [
      'actions without elements',
      [actions()],
      'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]',
    ],
    ['a missing text', [{ type: 'header' }], 'missing required field: text [json-pointer:/blocks/0]'],
    [
      'a link to nowhere',
      [actions(button({ url: 'javascript:alert(1)' }))],
      'invalid url [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      'two equal block ids',
      [
        { ...section('x'), block_id: 'b' },
        { ...section('y'), block_id: 'b' },
      ],
      '`block_id` "b" already exists [json-pointer:/blocks/1/block_id]',
    ],
    [
      'two equal action ids',
      [actions(button(), button())],
      '`action_id` "go" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      'an empty run of rich text',
      [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: '' }] }],
        },
      ],
      'must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]',
    ],
    [
      'a mention in preformatted text',
      [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'broadcast', range: 'here' }] }],
        },
      ],
      'unsupported type: broadcast [json-pointer:/blocks/0/elements/0/elements/0/type]',
    ],
  ];
  it.each(table)('%s', (_name, blocks, detail) => {
    const { code, details } = refusal(blocks);
    expect(code).toBe('invalid_blocks');
    expect(details).toContain(detail);
  });

  it('reports a bad section text for the choice and for the member, as Slack does', () => {
    expect(refusal([section('x'.repeat(3001))]).details).toEqual([
      'failed to match all allowed schemas [json-pointer:/blocks/0/text]',
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ]);
  });

  it('tells a malformed list and an overlong sum apart', () => {
    expect(refusal({ blocks: [] }).code).toBe('invalid_blocks_format');
    expect(refusal(Array.from({ length: 5 }, () => section('x'.repeat(2900)))).code).toBe(
      'msg_blocks_too_long',
    );
  });
});

it('fills in ids and defaults as Slack stores them', () => {
  const [first, second] = acceptBlocks([actions({ type: 'button', text: plain('Go') }), section('x')], newId);
  expect(first).toMatchObject({
    block_id: expect.any(String),
    elements: [{ action_id: expect.any(String), text: { type: 'plain_text', text: 'Go', emoji: true } }],
  });
  expect(second).toMatchObject({ text: { type: 'mrkdwn', text: 'x', verbatim: false } });
});
