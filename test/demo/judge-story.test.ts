import { describe, expect, it } from 'vitest';
import { IncidentView } from '@pathmedic/shared/contract/console.ts';
import { judgeStory, type WhatHappened } from './judge-story.ts';
import type { Expectation } from './scenarios/scenario.ts';

const fixed: Expectation = {
  end: 'fixed',
  cause: 'coredns-config',
  changes: [/^patch configmaps kube-system\/coredns$/],
};
const network = {
  agents: 12,
  silentAgents: 0,
  nodes: 5,
  pathsHealthy: 100,
  pathsFailing: 0,
  pathsUnknown: 0,
  atMs: 200_000,
};

/** A closed incident whose events happened at these seconds. */
function incident(
  events: readonly (readonly [kind: string, atS: number])[],
  over: object = {},
): IncidentView {
  return IncidentView.parse({
    page: {
      id: 'inc-1',
      cluster: 'demo',
      title: 'DNS does not answer',
      length: events.length,
      nowMs: 200_000,
      state: { icon: '✅', words: 'Resolved', tone: 'good', phase: 'closed', closed: true },
      sinceMs: 1000,
      openedAtMs: 6000,
      closedAtMs: 71_000,
      reach: { words: '', nodes: [], namespaces: [], objects: [] },
      durations: [],
      takenOverBy: null,
      reopened: 0,
      symptoms: [],
      triage: null,
      causes: [
        {
          id: 'coredns-config',
          confidence: 'high',
          score: 0.9,
          component: 'dns',
          summary: '',
          for: [],
          against: [],
        },
      ],
      checks: [],
      unknown: [],
      plan: null,
      earlierPlans: [],
      execution: null,
      passes: [],
      help: null,
      escalation: null,
      closing: null,
      matrix: null,
      completions: [],
      ...over,
    },
    timeline: events.map(([kind, atS], i) => ({
      n: i + 1,
      atMs: atS * 1000,
      actor: 'pathmedic',
      person: false,
      kind,
      icon: '',
      headline: kind,
      lines: [],
      fold: null,
    })),
  });
}

const wholeStory = [
  ['opened', 6],
  ['diagnosed', 6],
  ['proposed', 7],
  ['decided', 8],
  ['step-ended', 9],
  ['execution-ended', 9],
  ['pass-started', 20],
  ['pass-ended', 30],
  ['pass-started', 60],
  ['pass-ended', 70],
  ['closed', 71],
] as const;

const seen = (over: Partial<WhatHappened> = {}): WhatHappened => ({
  faultAtMs: 0,
  view: incident(wholeStory),
  others: [],
  changes: ['patch configmaps kube-system/coredns'],
  network,
  troubles: [],
  failure: null,
  ...over,
});

describe('whether a demo went as it should', () => {
  it('accepts the whole story and counts its times from the fault', () => {
    const verdict = judgeStory(fixed, seen());
    expect(verdict).toMatchObject({ ok: true, problems: [], end: 'fixed', cause: 'coredns-config' });
    expect(verdict.times).toEqual({
      lostS: 1,
      detectedS: 6,
      namedS: 6,
      cardS: 7,
      approvedS: 8,
      fixedS: 9,
      closedS: 71,
    });
  });

  it.each<[string, Partial<WhatHappened>, string]>([
    ['no incident', { view: null }, 'no incident was opened'],
    ['a second incident', { others: ['node2 is gone'] }, 'a second incident was opened: node2 is gone'],
    [
      'another cause',
      { view: incident(wholeStory, { causes: [] }) },
      'the first cause is none, not coredns-config',
    ],
    [
      'a change that no plan holds',
      { changes: ['patch configmaps kube-system/coredns', 'delete pods app/echo-1'] },
      'a change outside of the plan: delete pods app/echo-1',
    ],
    ['no change', { changes: [] }, 'nothing was changed'],
    ['an open incident', { view: incident(wholeStory, { closedAtMs: null }) }, 'it ended nowhere, not fixed'],
    ['one check only', { view: incident(wholeStory.slice(0, 8)) }, 'it was not checked twice'],
    [
      'checks too close to each other',
      { view: incident(wholeStory.map(([kind, atS]) => [kind, atS === 60 ? 59 : atS] as const)) },
      'the two checks are only 29000 ms apart',
    ],
    [
      'a network that still fails',
      { network: { ...network, pathsFailing: 3 } },
      'afterwards 3 paths fail and 0 agents are silent',
    ],
    ['an error of the simulation', { troubles: ['relay: EADDRINUSE'] }, 'the simulation: relay: EADDRINUSE'],
  ])('finds %s', (_what, over, problem) => {
    const verdict = judgeStory(fixed, seen(over));
    expect(verdict.ok).toBe(false);
    expect(verdict.problems).toContain(problem);
  });

  it('wants nothing changed where the fault heals by itself', () => {
    const healed = wholeStory.filter(([kind]) => !['step-ended', 'decided', 'proposed'].includes(kind));
    const run = seen({ view: incident(healed), changes: [] });
    expect(judgeStory({ end: 'healed' }, run)).toMatchObject({ ok: true, end: 'healed' });
    expect(judgeStory({ end: 'healed' }, { ...run, changes: ['delete pods kube-flannel/a'] }).ok).toBe(false);
  });

  it('wants an escalation where nothing inside the cluster helps', () => {
    const escalation = {
      title: 'No free addresses',
      why: '',
      options: ['a larger range'],
      changes: [],
      atMs: 7000,
    };
    const view = incident(wholeStory.slice(0, 2), { closedAtMs: null, escalation });
    const verdict = judgeStory(
      { end: 'escalated', cause: 'coredns-config' },
      seen({ view, changes: [], network: null }),
    );
    expect(verdict).toMatchObject({ ok: true, end: 'escalated', plan: 'No free addresses' });
  });
});
