import { describe, expect, it } from 'vitest';
import type { E2eCase } from './case.ts';
import { nextRun } from './next-run.ts';
import type { PlannedRun } from './select-runs.ts';

function planned(name: string, ...changes: RegExp[]): PlannedRun {
  const e2eCase: E2eCase = {
    name,
    group: 'fault',
    about: '',
    core: false,
    placements: ['anywhere'],
    subjects: [],
    changes,
    run: () => Promise.resolve(),
  };
  return { e2eCase, placement: 'anywhere' };
}

const corefile = /^patch configmaps kube-system\/coredns$/;
const dns = planned('dns', corefile);
const proxy = planned('proxy', /^patch daemonsets kube-system\/kube-proxy$/);
const minuteMs = 60_000;

describe('nextRun', () => {
  it('keeps the order while nothing was changed', () => {
    expect(nextRun([dns, proxy], [], 0)).toEqual({ do: 'run', run: dns });
    expect(nextRun([], [], 0)).toBeNull();
  });

  it('puts off what would change an object a second time within ten minutes', () => {
    const made = [{ words: 'patch configmaps kube-system/coredns', atMs: 0 }];
    expect(nextRun([dns, proxy], made, minuteMs)).toEqual({ do: 'run', run: proxy });
    expect(nextRun([dns], made, minuteMs)).toEqual({ do: 'wait', untilMs: 605_000, run: dns });
    expect(nextRun([dns, proxy], made, 11 * minuteMs)).toEqual({ do: 'run', run: dns });
  });

  it('does not mind deleted pods', () => {
    const pods = planned('pods', /^delete pods kube-system\/coredns-/);
    const made = [{ words: 'delete pods kube-system/coredns-1', atMs: 0 }];
    expect(nextRun([pods], made, minuteMs)).toEqual({ do: 'run', run: pods });
  });
});
