import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    passWithNoTests: true,
    // Packages take turns, so that one may have every core.
    maxWorkers: '100%',
    reporters: ['default', ['json', { outputFile: '.test-output/unit.json' }]],
    // A stub that outlives its test makes the next one pass or fail by accident.
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
