import { describe, expect, test } from 'vitest';
import type { Phase } from '../domain/incident.ts';
import type { Scope } from '../domain/symptom.ts';
import { corefilePlan, createStory, dnsSymptom, startMs } from './incident-story.fixture.ts';
import { proposalGate, type OtherIncident } from './proposal-gate.ts';

const settings = { maxOpenProposals: 3, stormIncidents: 3 };
const nowMs = startMs + 60_000;

function other(id: string, phase: Phase, over: Partial<OtherIncident> = {}): OtherIncident {
  return { id, phase, scopes: ['nodes'], draftedAtMs: phase === 'drafted' ? startMs : null, ...over };
}

/** An incident of one node, `drafted` so many seconds after the start (null: not yet). */
function incident(draftedAtS: number | null = null, scope: Scope = { type: 'nodes', nodes: ['node1'] }) {
  const story = createStory('inc-m');
  if (draftedAtS !== null) story.at(draftedAtS).tell({ type: 'drafted', proposal: corefilePlan });
  return { ...story.incident(), symptoms: [{ ...dnsSymptom, scope }] };
}

const verdict = (...args: Parameters<typeof proposalGate>) => {
  const gate = proposalGate(...args);
  return gate.open ? 'open' : gate.reason;
};
const judge = (mine: ReturnType<typeof incident>, others: OtherIncident[], atMs = nowMs) =>
  verdict(mine, others, atMs, settings);

describe('the proposal gate', () => {
  test('lets as many plans be open as may be; drafts, cards and executions count', () => {
    const open = [other('a', 'drafted'), other('b', 'executing')];
    expect(judge(incident(), open)).toBe('open');
    expect(
      verdict(incident(), [...open, other('c', 'approved')], nowMs, { ...settings, stormIncidents: 9 }),
    ).toBe('too-many');
  });

  test('lets one thing be open at a time when much is broken', () => {
    const idle = [other('a', 'diagnosed'), other('b', 'needs-help'), other('c', 'triaged')];
    expect(judge(incident(), idle)).toBe('open');
    expect(judge(incident(), [...idle, other('d', 'awaiting-approval')])).toBe('storm');
    expect(judge(incident(), [other('d', 'awaiting-approval')])).toBe('open');
  });

  test.each(['cluster', 'dns'] as const)(
    'lets one thing be open at a time in a fault of scope %s',
    (type) => {
      const card = other('a', 'awaiting-approval');
      expect(judge(incident(null, { type }), [card])).toBe('storm');
      expect(judge(incident(), [card, other('b', 'needs-help', { scopes: [type] })])).toBe('storm');
      expect(judge(incident(), [other('a', 'verifying', { scopes: [type] })])).toBe('storm');
    },
  );

  test('of two drafts, lets exactly the earlier one through, whoever asks', () => {
    const dns = { type: 'dns' } as const;
    const at = (seconds: number, id: string) =>
      other(id, 'drafted', { draftedAtMs: startMs + seconds * 1000 });
    expect(judge(incident(2, dns), [at(1, 'z')])).toBe('storm');
    expect(judge(incident(2, dns), [at(3, 'a')])).toBe('open');
    expect(judge(incident(2, dns), [at(2, 'a')])).toBe('storm');
    expect(judge(incident(2, dns), [at(2, 'z')])).toBe('open');
  });

  test('does not decide in the millisecond of the draft: another of the same may not be visible yet', () => {
    expect(judge(incident(2), [other('a', 'triaged')], startMs + 2000)).toBe('simultaneous');
    expect(judge(incident(2), [other('a', 'triaged')], startMs + 2001)).toBe('open');
    expect(judge(incident(2), [], startMs + 2000)).toBe('open');
  });

  test('does not count a card that is closed or a plan that came to nothing', () => {
    const dns = { type: 'dns' } as const;
    expect(judge(incident(null, dns), [other('a', 'recovering'), other('b', 'escalated')])).toBe('open');
  });
});
