import { describe, expect, test } from 'vitest';
import { auditHead } from './audit-chain.ts';
import { currentEventVersion, readEvent, upcasters, versionOf } from './event-versions.ts';

/** One stored event of each version, as that version wrote it. Never edit one: they stand for what is in Redis. */
const storedByVersion: Record<number, unknown> = {
  1: {
    n: 3,
    atMs: 1_700_000_000_000,
    v: 1,
    actor: { type: 'person', name: 'ana', via: 'slack' },
    body: { type: 'said', text: 'I look at node2' },
  },
  2: {
    n: 3,
    atMs: 1_780_000_000_000,
    v: 2,
    actor: { type: 'pathmedic', role: 'coordinator' },
    body: {
      type: 'proposed',
      proposal: {
        id: 'plan-0123456789abcdef',
        cause: 'cni-agent-crash',
        mode: 'remediate',
        title: 'Delete Pod kube-flannel/kube-flannel-ds-x',
        why: 'It crashes.',
        steps: [
          {
            request: {
              type: 'delete-pod',
              target: { kind: 'Pod', namespace: 'kube-flannel', name: 'kube-flannel-ds-x', uid: 'u1' },
              params: {},
            },
            title: 'Delete Pod kube-flannel/kube-flannel-ds-x',
            mutation: {
              verb: 'delete',
              target: { kind: 'Pod', namespace: 'kube-flannel', name: 'kube-flannel-ds-x', uid: 'u1' },
            },
            diff: '- Pod kube-flannel/kube-flannel-ds-x',
            reads: [],
            digest: 'a'.repeat(64),
            reach: 'one node',
            undo: 'none',
            preconditions: [],
            settle: { type: 'none' },
            byHand: 'kubectl -n kube-flannel delete pod kube-flannel-ds-x',
          },
        ],
        planHash: 'b'.repeat(64),
        seal: 'c'.repeat(64),
        dryRun: 'server-passed',
        verification: 'Fresh probes.',
        expiresAtMs: 1_780_000_900_000,
        approvalsNeeded: 1,
      },
    },
  },
};

describe('readEvent', () => {
  test('reads an event of every version that was ever written', () => {
    for (let v = 1; v <= currentEventVersion; v += 1) {
      expect(readEvent(storedByVersion[v])).toMatchObject({
        ok: true,
        event: { n: 3, v },
      });
    }
    expect(Object.keys(upcasters)).toHaveLength(currentEventVersion - 1);
  });

  test('lifts the content of an old event one version at a time; version, place and time stay as they were written', () => {
    const said = {
      actor: { type: 'pathmedic', role: 'coordinator' },
      body: { type: 'said', text: 'as version 2 says it' },
    };
    expect(readEvent({ n: 1, atMs: 2, v: 1, old: true }, { 1: () => said }, 2)).toEqual({
      ok: true,
      event: { ...said, v: 1, n: 1, atMs: 2 },
    });
    expect(readEvent({ n: 1, atMs: 2, v: 0 }, {}, 1)).toMatchObject({ ok: false, reason: 'unknown-version' });
  });

  test('an audit chain over events of an older version still holds when a newer build reads them', () => {
    const stored = { n: 1, atMs: 2, v: 1, actor: { type: 'pathmedic', role: 'coordinator' } } as const;
    const body = { type: 'said', text: 'hello' } as const;
    const read = readEvent({ ...stored, body });
    if (!read.ok) throw new Error(read.detail);
    expect(auditHead('key', 'inc-1', [read.event])).toBe(auditHead('key', 'inc-1', [{ ...stored, body }]));
  });

  test('a plan with a seal is written in the version that brought seals, everything else in the oldest that reads it', () => {
    const sealed = readEvent(storedByVersion[2]);
    if (!sealed.ok || sealed.event.body.type !== 'proposed') throw new Error('the fixture is a plan');
    expect(versionOf(sealed.event.body)).toBe(2);
    const { seal: _, ...unsealed } = sealed.event.body.proposal;
    expect(versionOf({ type: 'proposed', proposal: unsealed })).toBe(1);
    expect(versionOf({ type: 'recheck-requested' })).toBe(1);
  });

  test('an event of a newer version is told apart from a damaged one', () => {
    expect(readEvent({ n: 1, atMs: 2, v: 3, body: {} })).toMatchObject({
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
