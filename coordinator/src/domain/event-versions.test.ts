import { describe, expect, test } from 'vitest';
import { currentEventVersion, readEvent, upcasters } from './event-versions.ts';

/** One stored event of each version, as that version wrote it. Never edit one: they stand for what is in Redis. */
const storedByVersion: Record<number, unknown> = {
  1: {
    n: 3,
    atMs: 1_700_000_000_000,
    v: 1,
    actor: { type: 'person', name: 'ana', via: 'slack' },
    body: { type: 'said', text: 'I look at node2' },
  },
};

describe('readEvent', () => {
  test('reads an event of every version that was ever written', () => {
    for (let v = 1; v <= currentEventVersion; v += 1) {
      expect(readEvent(storedByVersion[v])).toMatchObject({
        ok: true,
        event: { n: 3, v: currentEventVersion },
      });
    }
    expect(Object.keys(upcasters)).toHaveLength(currentEventVersion - 1);
  });

  test('lifts an old event one version at a time, and keeps its place and time', () => {
    const said = {
      actor: { type: 'pathmedic', role: 'coordinator' },
      body: { type: 'said', text: 'from version 0' },
    };
    expect(readEvent({ n: 1, atMs: 2, v: 0, old: true }, { 0: () => said }, 1)).toEqual({
      ok: true,
      event: { ...said, v: 1, n: 1, atMs: 2 },
    });
    expect(readEvent({ n: 1, atMs: 2, v: 0 }, {}, 1)).toMatchObject({ ok: false, reason: 'unknown-version' });
  });

  test('an event of a newer version is told apart from a damaged one', () => {
    expect(readEvent({ n: 1, atMs: 2, v: 2, body: {} })).toMatchObject({
      ok: false,
      reason: 'unknown-version',
    });
    for (const damaged of [
      null,
      'text',
      {},
      { n: 1, atMs: 2 },
      {
        n: 1,
        atMs: 2,
        v: 1,
        actor: { type: 'pathmedic', role: 'coordinator' },
        body: { type: 'no-such-event' },
      },
      { n: -1, atMs: 2, v: 1 },
    ]) {
      expect(readEvent(damaged)).toMatchObject({ ok: false, reason: 'invalid' });
    }
  });
});
