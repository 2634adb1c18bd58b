import { describe, expect, it } from 'vitest';
import { messageLines, newLines } from './slack-message-text.ts';
import type { Story } from './story.ts';
import { entryText, summaryText } from './story-text.ts';

const faultAtMs = Date.UTC(2026, 2, 1, 3, 12, 10);
const none = {
  lostS: null,
  detectedS: null,
  namedS: null,
  cardS: null,
  approvedS: null,
  fixedS: null,
  closedS: null,
};
const story: Story = {
  scenario: 'corefile-broken',
  description: 'a typo',
  ok: true,
  problems: [],
  faultAt: new Date(faultAtMs).toISOString(),
  incidentId: 'inc-1',
  title: 'DNS does not answer',
  cause: 'coredns-config',
  plan: 'Write redy as ready',
  end: 'fixed',
  times: { ...none, detectedS: 5.9, closedS: 71 },
  changes: ['patch configmaps kube-system/coredns'],
  entries: [],
};

describe('an entry of the story', () => {
  it('has the time of day and the seconds since the fault', () => {
    const text = entryText(
      { atMs: faultAtMs + 5900, who: 'pathmedic', lines: ['Incident opened'] },
      faultAtMs,
    );
    expect(text).toBe('03:12:15     +5.9 s  ●  Incident opened');
  });

  it('has no offset before the fault', () => {
    const entry = { atMs: faultAtMs - 2000, who: 'demo', lines: ['all answer'] } as const;
    expect(entryText(entry, faultAtMs)).toBe('03:12:08             ·  all answer');
    expect(entryText(entry, null)).toBe('03:12:08             ·  all answer');
  });

  it('breaks long lines between words and keeps the bar of a message and the margin of a diff', () => {
    const lines = ['thread', 'one two three four five six', '    - spec: selector of many words'];
    const rows = entryText({ atMs: faultAtMs, who: 'slack', lines }, faultAtMs, 48).split('\n');
    expect(rows.slice(1).map((row) => row.slice(24))).toEqual([
      '│ one two three four',
      '│ five six',
      '│     - spec: selector',
      '│     of many words',
    ]);
  });
});

describe('the summary', () => {
  it('says what happened when, counted from the fault, and leaves out what did not happen', () => {
    expect(summaryText(story)).toContain('detected 5.9 s · closed 71.0 s after the fault');
  });

  it('lists every problem of a run that went wrong', () => {
    const text = summaryText({
      ...story,
      ok: false,
      problems: ['nothing was changed', 'it was not checked twice'],
    });
    expect(text).toContain('✗ corefile-broken');
    expect(text).toMatch(/problem {3}nothing was changed\n {2}problem {3}it was not checked twice$/);
  });
});

describe('a Slack message as text', () => {
  it('reads like the message: links by their words, marks taken off, buttons in brackets, diffs indented', () => {
    const lines = messageLines({
      text: 'fallback',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: '🔴 DNS does not answer' } },
        {
          type: 'section',
          text: {
            type: 'mrkdwn',
            text: '*Looking into it* at <https://pm.example/i/1|the conversation>\na &lt; b',
          },
        },
        {
          type: 'rich_text',
          elements: [
            { type: 'rich_text_preformatted', elements: [{ type: 'text', text: '-   redy\n+   ready' }] },
          ],
        },
        { type: 'divider' },
        {
          type: 'actions',
          elements: [
            { type: 'button', text: { type: 'plain_text', text: 'Approve' }, action_id: 'approve' },
            { type: 'button', text: { type: 'plain_text', text: 'Reject' }, action_id: 'reject' },
          ],
        },
      ],
    });
    expect(lines).toEqual([
      '🔴 DNS does not answer',
      'Looking into it at the conversation',
      'a < b',
      '    -   redy',
      '    +   ready',
      '[Approve] [Reject]',
    ]);
  });

  it('tells of an edit only what is new', () => {
    expect(newLines(['title', 'looking'], ['title', 'cause', 'waiting'])).toEqual(['cause', 'waiting']);
  });
});
