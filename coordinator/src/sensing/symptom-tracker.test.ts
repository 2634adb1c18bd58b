import { describe, expect, it } from 'vitest';
import type { Symptom } from '../domain/symptom.ts';
import type { TrackedSymptoms } from './symptom-tracker.ts';
import { activeSymptoms, trackSymptoms } from './symptom-tracker.ts';
import type { Observed } from './symptoms/observation.ts';

const symptom: Symptom = {
  kind: 'paths-failing',
  key: 'dns',
  scope: { type: 'dns' },
  component: null,
  headline: 'DNS does not answer',
  sinceMs: 0,
  lines: [],
  affected: { nodes: [], namespaces: [], objects: [] },
  pathIds: ['p'],
  lossRate: 1,
};

/** Which seconds of a story the symptom counts in; `null` where it is not seen. */
function story(seen: (Omit<Observed, 'symptom'> | null)[]): string {
  let tracked: TrackedSymptoms = new Map();
  return seen
    .map((one, second) => {
      const observed = one === null ? [] : [{ symptom, ...one }];
      tracked = trackSymptoms(tracked, observed, second * 1000, 3000);
      return activeSymptoms(tracked).length > 0 ? '!' : '.';
    })
    .join('');
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('the dwell of a symptom', () => {
  it('counts it after its hold time and until it has been gone for a while', () => {
    const held = { holdMs: 4000 };
    expect(story([...times(6, held), ...times(5, null)])).toBe('....!!!!...');
  });

  it('bridges short gaps in both directions, and forgets after long ones', () => {
    const held = { holdMs: 4000 };
    expect(story([held, held, null, held, held, null, held, null, null, held])).toBe('....!!!!!!');
    expect(story([held, held, held, ...times(4, null), held, held, held])).toBe('..........');
  });

  it('counts the age of the evidence when only its explanation is new', () => {
    const late = { holdMs: 4000, evidenceMs: 0 };
    expect(story([null, null, null, null, late, late, late])).toBe('.....!!');
  });

  it('lets a new explanation of old evidence hold by itself', () => {
    const old = { holdMs: 4000, evidenceMs: 0 };
    expect(story([...times(14, null), ...times(6, old)])).toBe(`${'.'.repeat(18)}!!`);
  });

  it('keeps the longer hold of a transition after its end, but not that of blame without witnesses', () => {
    const rolling = { holdMs: 8000, inTransition: true };
    expect(story([rolling, rolling, ...times(7, { holdMs: 2000 })])).toBe('........!');
    const alone = { holdMs: 8000 };
    expect(story([alone, alone, ...times(7, { holdMs: 2000 })])).toBe('..!!!!!!!');
  });
});
