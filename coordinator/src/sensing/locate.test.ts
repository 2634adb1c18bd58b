import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probe, seededRandom, simulatedNetwork } from './locate.fixture.ts';
import type { LocateResult } from './locate.ts';
import { locate } from './locate.ts';
import type { LocatePath } from './path-classes.ts';

const background = 0.0005;

function named({ suspects }: LocateResult): string[] {
  return suspects.map(({ component }) => component).toSorted();
}

function path(id: string, components: string[], sent: number, lost: number): LocatePath {
  return { id, components, sent, lost };
}

describe('locate', () => {
  const small = simulatedNetwork(5);
  const large = simulatedNetwork(200);

  it('names one fully broken component among 5 and among 200 nodes, from 3 probes a path', () => {
    const random = seededRandom(11);
    for (const network of [small, large]) {
      for (const fault of network.faultable.slice(0, 20)) {
        const paths = probe(network, new Map([[fault, 1]]), { sent: 3, background, random });
        const result = locate(paths);
        expect(named(result)).toEqual([fault]);
        expect(result.suspects[0]?.lossRate).toBe(1);
        expect(result.suspects[0]?.confidence).toBeGreaterThan(0.99);
        expect(result.suspects[0]?.explains.toSorted()).toEqual(
          network.paths.flatMap(({ id, components }) => (components.includes(fault) ? [id] : [])).toSorted(),
        );
      }
    }
  });

  it('names two faults as two, both directions of one node included', () => {
    const random = seededRandom(12);
    const both = new Map([
      ['cni-egress:n0002', 1],
      ['cni-ingress:n0002', 1],
    ]);
    expect(named(locate(probe(small, both, { sent: 5, background, random })))).toEqual([...both.keys()]);
    const apart = new Map([
      ['node-in:n0004', 1],
      ['cni-egress:n0001', 1],
    ]);
    expect(named(locate(probe(small, apart, { sent: 5, background, random }))).toSorted()).toEqual([
      'cni-egress:n0001',
      'node-in:n0004',
    ]);
  });

  it('finds partial loss and its rate, several at once', () => {
    const random = seededRandom(13);
    let found = 0;
    let wrong = 0;
    const rounds = 30;
    for (let round = 0; round < rounds; round++) {
      const faults = new Map<string, number>();
      while (faults.size < 5) {
        const at = Math.floor(random() * large.faultable.length);
        faults.set(large.faultable[at] ?? '', 0.05 + random() * 0.25);
      }
      for (const suspect of locate(probe(large, faults, { sent: 20, background, random })).suspects) {
        const rate = faults.get(suspect.component);
        if (rate === undefined) wrong += 1;
        else {
          found += 1;
          expect(Math.abs(suspect.lossRate - rate)).toBeLessThan(0.12);
        }
      }
    }
    expect(found).toBeGreaterThanOrEqual(0.95 * rounds * 5);
    expect(wrong).toBeLessThanOrEqual(0.03 * rounds * 5);
  });

  it('names nobody for the loss that a healthy network has', () => {
    const random = seededRandom(14);
    for (let round = 0; round < 100; round++) {
      expect(named(locate(probe(large, new Map(), { sent: 20, background, random })))).toEqual([]);
    }
  });

  it('lists components that cross exactly the same paths together', () => {
    const { suspects } = locate([
      path('1', ['a', 'b', 'shared'], 20, 20),
      path('2', ['a', 'b', 'other'], 20, 20),
      path('3', ['shared', 'other'], 20, 0),
    ]);
    expect(suspects).toHaveLength(1);
    expect(suspects[0]).toMatchObject({ component: 'a', indistinguishable: ['b'], explains: ['1', '2'] });
  });

  it('says which losses nothing explains', () => {
    const { suspects, unexplained } = locate([
      ...['1', '2', '3', '4'].map((id) => path(id, ['a', `own-${id}`], 100, 100)),
      // Too little for an accusation, too much for the background.
      path('lonely', ['c'], 100, 2),
      path('fine', ['a-twin', 'c'], 1000, 0),
    ]);
    expect(suspects.map(({ component }) => component)).toEqual(['a']);
    expect(unexplained).toEqual(['lonely']);
  });

  it('leaves loss alone that is explained elsewhere', () => {
    const half = { sent: 40, lost: 20, explainedLoss: 0.5 };
    const paths = ['1', '2', '3'].map((id) => ({ ...path(id, ['vip', `proxy-${id}`], 0, 0), ...half }));
    expect(named(locate(paths))).toEqual([]);
    expect(named(locate(paths.map((one) => ({ ...one, lost: 40 }))))).toEqual(['vip']);
  });

  it('skips empty windows, and counts a component that a path lists twice once', () => {
    const { suspects } = locate([
      path('empty', ['a', 'b'], 0, 0),
      path('1', ['a', 'a', 'b', 'x'], 10, 10),
      path('2', ['b', 'y'], 10, 0),
      path('3', ['a', 'y'], 10, 10),
    ]);
    expect(suspects.map(({ component }) => component)).toEqual(['a']);
  });

  it('does not lose a fault because one reporter claims that all is well', () => {
    const random = seededRandom(15);
    const paths = probe(small, new Map([['cni-ingress:n0003', 1]]), { sent: 100, background, random });
    const lied = paths.map((one) => (one.source === 'n0001' ? { ...one, lost: 0 } : one));
    const { suspects } = locate(lied);
    expect(suspects.map(({ component, dissenting }) => [component, dissenting])).toEqual([
      ['cni-ingress:n0003', ['n0001']],
    ]);
  });

  it('is quick at 1000 nodes with 20 faults', () => {
    const random = seededRandom(16);
    const network = simulatedNetwork(1000);
    const faults = new Map(network.faultable.filter((_, i) => i % 200 === 7).map((fault) => [fault, 0.2]));
    const paths = probe(network, faults, { sent: 20, background, random });
    const tookMs = [1, 2, 3].map(() => {
      const startedMs = performance.now();
      expect(named(locate(paths))).toEqual([...faults.keys()].toSorted());
      return performance.now() - startedMs;
    });
    // 20 ms on an idle core; room for a busy machine.
    expect(Math.min(...tookMs)).toBeLessThan(300);
  });

  it('survives any input: every suspect explains lossy paths, rates and confidences are shares', () => {
    const component = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '__proto__', '');
    const any = fc.record({
      components: fc.array(component, { maxLength: 5 }),
      sent: fc.nat(1000),
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
      source: fc.constantFrom('s1', 's2', 's3', 's4', 's5'),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (drafts) => {
        const paths = drafts.map(({ loss, ...draft }, at) => ({
          ...draft,
          id: String(at),
          lost: Math.round(loss * draft.sent),
        }));
        const lossy = new Set(paths.filter(({ lost }) => lost > 0).map(({ id }) => id));
        const { suspects, unexplained } = locate(paths);
        for (const suspect of suspects) {
          expect(suspect.explains.length).toBeGreaterThan(0);
          expect(suspect.lossRate).toBeGreaterThan(0);
          expect(suspect.lossRate).toBeLessThanOrEqual(1);
          expect(suspect.confidence).toBeGreaterThanOrEqual(0);
          expect(suspect.confidence).toBeLessThanOrEqual(1);
          for (const id of suspect.explains) expect(lossy.has(id)).toBe(true);
        }
        for (const id of unexplained) expect(lossy.has(id)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
