import type { IncidentView } from '@pathmedic/shared/contract/console.ts';
import { describe, expect, it } from 'vitest';
import { passProblems, seenIncident } from './incident-seen.ts';

const t0 = 1_000_000;

/** A view with only what is looked at here; the page is the product's own shape otherwise. */
function view(kinds: readonly [kind: string, atS: number][], passes: readonly string[] = []): IncidentView {
  const page = {
    id: 'i1',
    title: 'DNS does not answer in the whole cluster',
    causes: [{ id: 'coredns-config', confidence: 'high' }],
    plan: null,
    help: null,
    escalation: { title: 'No resolver', why: '', options: ['choose one'], atMs: 0 },
    closedAtMs: t0 + 90_000,
    passes: passes.map((at) => ({ at })),
  };
  const timeline = kinds.map(([kind, atS], n) => ({
    n,
    atMs: t0 + atS * 1000,
    kind,
    headline: kind,
    lines: [],
  }));
  return { page, timeline } as unknown as IncidentView;
}

describe('seenIncident', () => {
  it('counts from the fault, also for an incident that was opened before and came back', () => {
    const seen = seenIncident(
      view([
        ['opened', -600],
        ['escalated', -500],
        ['reopened', 8.4],
        ['diagnosed', 9],
        ['escalated', 55],
      ]),
      t0,
    );
    expect(seen).toMatchObject({
      detectedS: 8.4,
      namedS: 9,
      answeredS: 55,
      fixedS: null,
      closedS: 90,
      causes: ['coredns-config (high)'],
      answer: 'escalated: No resolver',
    });
    expect(seen.tail).toHaveLength(5);
  });
});

describe('passProblems', () => {
  const passes = (gapS: number): [string, number][] => [
    ['pass-started', 0],
    ['pass-ended', 10],
    ['pass-started', 10 + gapS],
    ['pass-ended', 20 + gapS],
  ];

  it('wants two passes, 30 s apart, both passed', () => {
    expect(passProblems(view(passes(30), ['passed', 'passed']))).toEqual([]);
    expect(passProblems(view(passes(29), ['passed', 'passed']))).toEqual([
      'the passes are only 29000 ms apart',
    ]);
    expect(passProblems(view(passes(30), ['passed', 'failed']))).toEqual([
      'a pass is not recorded as passed',
    ]);
    expect(passProblems(view(passes(30).slice(0, 2)))).toEqual(['it was closed without two passes']);
  });
});
