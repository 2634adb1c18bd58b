import { describe, expect, it } from 'vitest';
import { openCard, slackProblems, threadOf } from './slack-thread.ts';

const root = (ts: string, id: string, icon: string) => ({
  ts,
  text: 'Pods on node2 cannot reach pods on other nodes',
  blocks: [{ text: `${icon} Pods` }, { url: `http://console/incidents/${id}` }],
});
const reply = (ts: string, threadTs: string, action: string) => ({
  ts,
  threadTs,
  text: '',
  blocks: [{ elements: [{ action_id: action }] }],
});

describe('threadOf', () => {
  it('finds an incident by its link, and the card below its message only', () => {
    const channel = [
      root('1', 'aaa', '🔴'),
      root('2', 'bbb', '🔴'),
      reply('3', '1', 'approve'),
      reply('4', '2', 'open-conversation'),
    ];
    const first = threadOf(channel, 'aaa');
    const second = threadOf(channel, 'bbb');
    expect(first === null ? null : openCard(first)?.ts).toBe('3');
    expect(second === null ? 'no thread' : openCard(second)).toBeNull();
    expect(threadOf(channel, 'ccc')).toBeNull();
  });
});

describe('slackProblems', () => {
  it('is content with one closed message and its replies', () => {
    expect(slackProblems([root('1', 'aaa', '✅'), reply('2', '1', 'open-conversation')], 'aaa')).toEqual([]);
  });

  it('names what a person who reads only Slack would miss', () => {
    expect(slackProblems([], 'aaa')).toEqual(['Slack was never told of the incident']);
    const stale = [root('1', 'aaa', '🔴'), reply('2', '1', 'approve')];
    expect(slackProblems(stale, 'aaa')).toEqual([
      expect.stringContaining('does not say that it is closed'),
      'Slack still shows a card that could be approved',
    ]);
    const twice = [root('1', 'aaa', '✅'), root('2', 'aaa', '✅'), reply('3', '2', 'x')];
    expect(slackProblems(twice, 'aaa')).toEqual(['Slack has 2 root messages of one incident']);
  });
});
