import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'ui/**/*.test.{ts,tsx}'],
    passWithNoTests: true,
    reporters: ['default', ['json', { outputFile: '.test-output/unit.json' }]],
    // A stub that outlives its test makes the next one pass or fail by accident.
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
