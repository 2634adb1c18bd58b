import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The demo mostly waits, and longer than all else in its group: begun first, it runs beside the others. */
class DemoFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => (basename(moduleId) === 'demo.test.ts' ? 0 : 1);
    // oxlint-disable-next-line unicorn/no-array-sort -- Vitest's method of that name, not an array's.
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** One kind of test, in a folder of its own. Groups run one after the other, so that schedules that keep
 * every core busy do not stretch the timings of the tests that talk to real servers. */
function project(name: string, include: string[], groupOrder: number, testTimeoutMs: number) {
  return {
    extends: true as const,
    test: { name, include, sequence: { groupOrder }, testTimeout: testTimeoutMs, hookTimeout: 30_000 },
  };
}

export default defineConfig({
  test: {
    passWithNoTests: true,
    // Packages take turns, so that one may have every core.
    maxWorkers: '100%',
    reporters: ['default', ['json', { outputFile: '.test-output/test.json' }]],
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    sequence: { sequencer: DemoFirst },
    projects: [
      project('support', ['{support,sim,slack,demo,lab,e2e,bench}/**/*.test.ts'], 0, 10_000),
      project('compliance', ['compliance/**/*.test.ts'], 1, 20_000),
      project('integration', ['integration/**/*.test.ts'], 2, 30_000),
      project('property', ['property/**/*.test.ts'], 3, 120_000),
    ],
  },
});
