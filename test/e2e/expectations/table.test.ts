import { describe, expect, it } from 'vitest';
import { faults } from '../../lab/faults/registry.ts';
import { titleFor } from './expectation.ts';
import { expectationOf, expectations } from './table.ts';

describe('the table of expectations', () => {
  it('says of every fault of the lab what is expected, once', () => {
    expect(expectations.map((e) => e.fault).toSorted()).toEqual(faults.map((f) => f.name).toSorted());
  });

  it('gives every fault an ending, and more time for the answer than for the detection', () => {
    const impossible = expectations.filter(
      ({ endings, detectedWithinS, answeredWithinS }) =>
        endings.length === 0 || answeredWithinS <= detectedWithinS,
    );
    expect(impossible).toEqual([]);
  });

  it('wants the title to name the node that is broken', () => {
    const title = titleFor(expectationOf('kube-proxy-gone'), { node: 'node-a.b', peer: 'node3' });
    expect(title.test('Services do not answer on node-a.b')).toBe(true);
    expect(title.test('Services do not answer on node-axb')).toBe(false);
  });
});
