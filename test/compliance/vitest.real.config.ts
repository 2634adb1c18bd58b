import { defineConfig } from 'vitest/config';

/** The suites of the Cluster ports against a real kube-apiserver; `npm test` has no cluster, and skips nothing. */
export default defineConfig({
  test: {
    include: ['compliance/*.real.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    reporters: ['default', ['json', { outputFile: '.test-output/compliance-real.json' }]],
  },
});
