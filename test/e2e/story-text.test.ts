import { describe, expect, it } from 'vitest';
import { failureText, storyTable } from './story-text.ts';
import { untoldStory, type Story } from './story.ts';

const told: Story = {
  ...untoldStory('kube-proxy-gone', 'with-coordinator', 'a plan'),
  result: 'failed',
  problems: ['the first cause is other\n  by far'],
  inPlaceS: 2,
  incidents: [
    {
      id: 'i1',
      title: 'Services do not answer on node2',
      causes: ['other (low)'],
      answer: 'help: nothing fits',
      detectedS: 8.5,
      namedS: 9,
      answeredS: 55,
      fixedS: null,
      closedS: null,
      tail: ['12:00:00 · opened'],
    },
  ],
};

describe('storyTable', () => {
  it('has a row a run, with what was seen', () => {
    const [, row = '', quiet = ''] = storyTable([told, untoldStory('quiet', 'anywhere', '')]).split('\n');
    expect(row).toMatch(
      /^kube-proxy-gone +with +FAIL +2 s +8.5 s +9 s +55 s +- +- +Services .* other \(low\) +help/,
    );
    expect(quiet).toMatch(/^quiet +- +not run/);
  });
});

describe('failureText', () => {
  it('says what was expected, what was seen and how it went on', () => {
    const text = failureText(told);
    for (const part of [
      '✗ the first cause is other',
      'expected: a plan',
      'i1 "Services',
      'other (low)',
      'opened',
    ])
      expect(text).toContain(part);
    expect(failureText(untoldStory('x', 'anywhere', 'y'))).toContain('seen: no incident');
  });
});
