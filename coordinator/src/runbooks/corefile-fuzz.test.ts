import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCorefile } from '../actions/corefile-check.ts';
import { parseCorefile } from '../actions/corefile-parse.ts';
import { repairCorefile } from './corefile-repair.ts';
import { COREFILE } from './situation.fixture.ts';

const expected = { zone: 'cluster.local', ownAddresses: ['10.96.0.10'] };
const words = fc.constantFrom(
  '{',
  '}',
  '"',
  '#',
  '\n',
  ' ',
  '.:53',
  'errors',
  'kubernetes',
  'import',
  '(a)',
  ',',
  '\\',
  'forward',
  '\t',
);

describe('any text as a Corefile', () => {
  it('is parsed and checked without throwing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 200 }),
          fc.array(words, { maxLength: 60 }).map((list) => list.join(' ')),
        ),
        (text) => {
          parseCorefile(text);
          checkCorefile(text, expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('stays fast when it is long and hostile', () => {
    const started = performance.now();
    for (const piece of ['{', '}\n', '" ', 'a {\n', '#', 'import a\n'])
      checkCorefile(piece.repeat(20_000), expected);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

const lines = COREFILE.split('\n');
/** What a hurried edit does: a character lost, doubled, swapped or added, a line lost or doubled. */
const slip = fc
  .tuple(
    fc.integer({ min: 0, max: COREFILE.length - 2 }),
    fc.constantFrom('lose', 'double', 'swap', 'add', 'lose-line', 'double-line'),
    fc.constantFrom('x', '}', '{', ' '),
  )
  .map(([at, what, extra]) => {
    const line = COREFILE.slice(0, at).split('\n').length - 1;
    switch (what) {
      case 'lose':
        return COREFILE.slice(0, at) + COREFILE.slice(at + 1);
      case 'double':
        return COREFILE.slice(0, at + 1) + COREFILE.slice(at);
      case 'swap':
        return (
          COREFILE.slice(0, at) + (COREFILE[at + 1] ?? '') + (COREFILE[at] ?? '') + COREFILE.slice(at + 2)
        );
      case 'add':
        return COREFILE.slice(0, at) + extra + COREFILE.slice(at);
      case 'lose-line':
        return lines.toSpliced(line, 1).join('\n');
      default:
        return lines.toSpliced(line, 0, lines[line] ?? '').join('\n');
    }
  });

describe('a slip in a good Corefile', () => {
  it('is either repaired to a file that passes every check and keeps what matters, or left to people', () => {
    let repaired = 0;
    let broken = 0;
    fc.assert(
      fc.property(slip, (text) => {
        if (checkCorefile(text, expected).length === 0) return;
        broken += 1;
        const repair = repairCorefile({ text, complaints: [], lastGood: null, expect: expected });
        if (!repair.ok) return;
        repaired += 1;
        expect(checkCorefile(repair.corefile, expected)).toEqual([]);
        for (const needed of ['kubernetes', 'forward', 'ready', 'health']) {
          expect(
            parseCorefile(repair.corefile).blocks.flatMap(({ directives }) =>
              directives.map(({ name }) => name),
            ),
          ).toContain(needed);
        }
      }),
      { numRuns: 300 },
    );
    expect(repaired / broken).toBeGreaterThan(0.5);
  });

  it('is always undone where the text as last applied is known', () => {
    fc.assert(
      fc.property(slip, (text) => {
        if (checkCorefile(text, expected).length === 0) return;
        expect(repairCorefile({ text, complaints: [], lastGood: COREFILE, expect: expected }).ok).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
