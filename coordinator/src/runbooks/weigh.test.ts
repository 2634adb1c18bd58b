import { describe, expect, it } from 'vitest';
import { dampenConsequences } from './consequences.ts';
import { evidence } from './evidence.ts';
import { scoreOf, weighedCause } from './weigh.ts';

const of = (source: 'log' | 'event' | 'object' | 'probe', weight: number) => ({
  weight,
  evidence: evidence(source, 'x'),
});

describe('how evidence adds up', () => {
  it('lets texts alone never reach high confidence, however many', () => {
    expect(scoreOf([of('log', 0.6), of('event', 0.6), of('log', 0.6)], [])).toBe(0.6);
    expect(scoreOf([of('log', 0.6), of('object', 0.6)], [])).toBe(0.84);
  });

  it('lets what speaks against a cause take its share, and cuts hostile text', () => {
    expect(scoreOf([of('object', 0.8)], [of('probe', 0.5)])).toBe(0.4);
    expect(evidence('log', `a\u001b[31m\n\u202e${'b'.repeat(500)}`).text).toMatch(/^a \[31m b+…$/);
  });
});

describe('consequences', () => {
  const cause = (id: 'coredns-config' | 'coredns-crash' | 'ipam-exhausted', weight: number) => {
    const made = weighedCause({ id, component: id, summary: id, pro: [of('object', weight)], contra: [] });
    if (made === null) throw new Error('no evidence');
    return made;
  };
  const scores = (...causes: ReturnType<typeof cause>[]) =>
    dampenConsequences(causes).map(({ score }) => score);

  it('weigh half behind a likely cause that explains them, and say which', () => {
    expect(scores(cause('coredns-config', 0.7), cause('coredns-crash', 0.8))).toEqual([0.7, 0.4]);
    const [, crash] = dampenConsequences([cause('coredns-config', 0.7), cause('coredns-crash', 0.8)]);
    expect(crash?.against[0]?.text).toContain('coredns-config');
  });

  it('stay as they are behind an unlikely cause, and beside one that explains nothing of them', () => {
    expect(scores(cause('coredns-config', 0.5), cause('coredns-crash', 0.8))).toEqual([0.5, 0.8]);
    expect(scores(cause('coredns-config', 0.9), cause('ipam-exhausted', 0.8))).toEqual([0.9, 0.8]);
  });
});
