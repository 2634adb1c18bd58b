import { describe, expect, it } from 'vitest';
import { complaintIn } from './corefile-complaint.ts';
import { SIGNATURES } from './signatures.ts';

describe('signatures', () => {
  it('take linear time on lines made to hurt', () => {
    const bait = [
      'a',
      ' ',
      '0',
      '1.',
      '/',
      ':53',
      'Failed to list ',
      'UDP connection from ',
      'bind',
      'plugin/errors: 2 ',
      '[',
      '"',
    ];
    const lines = bait.flatMap((piece) => [
      piece.repeat(100_000 / piece.length),
      `x${piece.repeat(50_000 / piece.length)}!`,
    ]);
    const started = performance.now();
    for (const line of lines) {
      for (const { pattern } of SIGNATURES) pattern.test(line);
      complaintIn(line);
    }
    // 24 lines of 100 kB on some 40 patterns: under 100 ms when linear, minutes when quadratic.
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('have no flags that carry state, a sensible weight, and a source', () => {
    for (const { pattern, weight, source } of SIGNATURES) {
      expect(pattern.flags).toMatch(/^i?$/);
      expect(weight > 0 && weight <= 0.65).toBe(true);
      expect(source.length).toBeGreaterThan(8);
    }
  });
});
