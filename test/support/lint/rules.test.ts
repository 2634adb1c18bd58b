import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeTree, type LintTree } from './lint-tree.ts';

let tree: LintTree;
beforeAll(() => {
  tree = makeTree();
});
afterAll(() => tree.remove());

const branches = Array.from({ length: 15 }, (_, i) => `  if (n === ${i}) return ${i + 1};`).join('\n');
const cases = Array.from({ length: 20 }, (_, i) => `    case ${i}:\n      return ${i + 1};`).join('\n');

/** One small violation a rule, and beside it the nearest thing that is fine. */
const RULES: Record<string, { bad: string; good: string }> = {
  'no-floating-promises': {
    bad: 'export function start(work: () => Promise<void>) {\n  work();\n}\n',
    good: 'export async function start(work: () => Promise<void>) {\n  await work();\n}\n',
  },
  'no-misused-promises': {
    bad: 'export function each(list: number[], f: (n: number) => Promise<void>) {\n  list.forEach(f);\n}\n',
    good: 'export function each(list: number[], f: (n: number) => void) {\n  list.forEach(f);\n}\n',
  },
  'switch-exhaustiveness-check': {
    bad: "export function name(k: 'a' | 'b') {\n  switch (k) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}\n",
    good: "export function name(k: 'a' | 'b') {\n  switch (k) {\n    case 'a':\n      return 1;\n    case 'b':\n      return 2;\n  }\n}\n",
  },
  'no-explicit-any': {
    bad: 'export const size = (value: any) => String(value).length;\n',
    good: 'export const size = (value: unknown) => String(value).length;\n',
  },
  'no-non-null-assertion': {
    bad: 'export const first = (list: string[]) => list[0]!;\n',
    good: 'export const first = (list: string[]) => list[0];\n',
  },
  'no-unsafe-type-assertion': {
    bad: 'export const text = (value: string | number) => value as string;\n',
    good: "export const text = (value: string | number) => (typeof value === 'string' ? value : '');\n",
  },
  complexity: {
    bad: `export function many(n: number) {\n${branches}\n  return 0;\n}\n`,
    good: `export function many(n: number) {\n  switch (n) {\n${cases}\n    default:\n      return 0;\n  }\n}\n`,
  },
  'max-lines': {
    bad: Array.from({ length: 301 }, (_, i) => `export const n${i} = ${i};\n`).join(''),
    good: Array.from({ length: 300 }, (_, i) => `export const n${i} = ${i};\n`).join(''),
  },
  'no-console': {
    bad: "export const say = () => console.log('here');\n",
    good: 'export const say = (log: (line: string) => void) => log("here");\n',
  },
  'no-unused-vars': {
    bad: 'const left = 1;\nexport const right = 2;\n',
    good: 'const left = 1;\nexport const right = left;\n',
  },
};

it('fires each rule on its violation, and stays silent beside it', async () => {
  const files: Record<string, string> = {};
  const expected: Record<string, string[]> = {};
  for (const [rule, { bad, good }] of Object.entries(RULES)) {
    files[`coordinator/src/pipeline/${rule}-bad.ts`] = bad;
    expected[`coordinator/src/pipeline/${rule}-bad.ts`] = [rule];
    files[`coordinator/src/pipeline/${rule}-good.ts`] = good;
    expected[`coordinator/src/pipeline/${rule}-good.ts`] = [];
  }
  expect(await tree.lint(files)).toEqual(expected);
});

it('finds an import cycle, also one that spans folders', async () => {
  const files = {
    'coordinator/src/facts/left.ts':
      "import { right } from './deep/right.ts';\nexport const left = () => right;\n",
    'coordinator/src/facts/deep/right.ts':
      "import { left } from '../left.ts';\nexport const right = () => left;\n",
    'coordinator/src/facts/outside.ts':
      "import { left } from './left.ts';\nexport const outside = () => left;\n",
  };
  expect(await tree.lint(files)).toEqual({
    'coordinator/src/facts/left.ts': ['no-cycle'],
    'coordinator/src/facts/deep/right.ts': ['no-cycle'],
    'coordinator/src/facts/outside.ts': [],
  });
});
