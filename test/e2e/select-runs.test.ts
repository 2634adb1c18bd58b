import { describe, expect, it } from 'vitest';
import type { E2eCase } from './case.ts';
import { runName, selectRuns } from './select-runs.ts';

function oneCase(name: string, core: boolean, placements: E2eCase['placements']): E2eCase {
  return {
    name,
    group: 'fault',
    about: '',
    core,
    placements,
    subjects: [],
    changes: [],
    run: () => Promise.resolve(),
  };
}

const onNode = oneCase('on-node', true, ['without-coordinator', 'with-coordinator']);
const anywhere = oneCase('anywhere', true, ['anywhere']);
const rare = oneCase('rare', false, ['with-coordinator']);
const cases = [onNode, anywhere, rare];
const everything = { names: null, all: true, placements: null } as const;

describe('selectRuns', () => {
  it('runs each of the core set once', () => {
    const runs = selectRuns(cases, { ...everything, all: false });
    expect(runs.map(runName)).toEqual(['on-node (without-coordinator)', 'anywhere']);
  });

  it('runs everything on both kinds of node, one half after the other', () => {
    const runs = selectRuns([rare, ...cases.slice(0, 2)], everything);
    expect(runs.map(runName)).toEqual([
      'on-node (without-coordinator)',
      'anywhere',
      'rare',
      'on-node (with-coordinator)',
    ]);
  });

  it('runs what was asked for where it was asked for', () => {
    const asked = { names: ['on-node', 'rare'], all: false, placements: ['with-coordinator'] } as const;
    expect(selectRuns(cases, asked).map(runName)).toEqual(['on-node (with-coordinator)', 'rare']);
    expect(selectRuns(cases, { ...asked, names: ['rare'], placements: ['without-coordinator'] })).toEqual([]);
  });
});
