import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPayload } from './payload.ts';

const click = {
  type: 'block_actions',
  trigger_id: '1.2.3',
  team: { id: 'T1' },
  user: { id: 'U1', username: 'ana', team_id: 'T1' },
  channel: { id: 'C1' },
  container: { message_ts: '5.1', thread_ts: '4.1' },
  actions: [{ action_id: 'approve', value: 'plan-1' }],
};
const written = {
  type: 'event_callback',
  team_id: 'T1',
  event_id: 'Ev1',
  event: { type: 'message', user: 'U1', channel: 'C1', ts: '6.1', thread_ts: '4.1', text: 'why' },
};
const kindOf = (payload: unknown): string => readPayload(payload).kind;

describe('reading what Slack sends', () => {
  it('takes clicks on our buttons, and names every team in them', () => {
    const foreign = { ...click, user: { ...click.user, team_id: 'T2' } };
    expect(readPayload(foreign)).toMatchObject({
      kind: 'click',
      teams: ['T1', 'T2'],
      click: { action: 'approve', value: 'plan-1', messageTs: '5.1', threadTs: '4.1' },
    });
    expect(kindOf({ ...click, actions: [{ action_id: 'open-conversation' }] })).toBe('nothing');
    expect(kindOf({ ...click, actions: [{ action_id: 'rm', value: 'x' }] })).toBe('nothing');
  });

  it('takes what people write in threads, as they wrote it; nothing of apps, no edits, nothing outside of threads', () => {
    const text = 'see <https://x.test/a|the doc> &amp; ask <@U2|ben>, 1 &lt; 2';
    expect(readPayload({ ...written, event: { ...written.event, text } })).toMatchObject({
      kind: 'reply',
      reply: { text: 'see the doc & ask @ben, 1 < 2', threadTs: '4.1' },
    });
    for (const more of [
      { bot_id: 'B1' },
      { subtype: 'message_changed' },
      { thread_ts: undefined },
      { thread_ts: '6.1' },
      { text: ' ' },
    ]) {
      expect(kindOf({ ...written, event: { ...written.event, ...more } })).toBe('nothing');
    }
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(click, written), fc.string(), (value, base, name) => {
        expect(kindOf(value)).toBe('nothing');
        expect(['click', 'reply', 'nothing']).toContain(kindOf({ ...base, [name]: value, actions: value }));
      }),
    );
  });
});
