import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const main = join(import.meta.dirname, '../demo/main.ts');
const storyWithinMs = 180_000;

const seconds = z.number().nullable();
const Stories = z.array(
  z.object({
    scenario: z.string(),
    ok: z.boolean(),
    problems: z.array(z.string()),
    title: z.string().nullable(),
    cause: z.string().nullable(),
    end: z.string().nullable(),
    times: z.object({
      detectedS: seconds,
      namedS: seconds,
      cardS: seconds,
      fixedS: seconds,
      closedS: seconds,
    }),
    changes: z.array(z.string()),
    entries: z.array(z.object({ who: z.string(), lines: z.array(z.string()) })),
  }),
);

/** The demo as a person without a terminal starts it; rejects with its output unless it exits with 0. */
async function runDemo(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [main, ...args], {
    timeout: storyWithinMs,
    maxBuffer: 16 * 1024 * 1024,
  });
}

describe('npm run demo', () => {
  it(
    'tells the whole story of a broken Corefile: found, named, approved in Slack, fixed, checked twice, closed',
    { timeout: storyWithinMs + 10_000 },
    async () => {
      const { stdout } = await runDemo('--json');
      const [story, ...more] = Stories.parse(JSON.parse(stdout));
      expect(more).toEqual([]);
      expect(story).toMatchObject({
        scenario: 'corefile-broken',
        ok: true,
        problems: [],
        title: 'DNS does not answer in the whole cluster',
        cause: 'coredns-config',
        end: 'fixed',
      });
      expect(story?.changes).toContain('patch configmaps kube-system/coredns');
      // Two checks 30 s apart, each some seconds long.
      expect(story?.times.closedS).toBeGreaterThan(30);
      expect(story?.times.closedS).toBeLessThan(150);
      const said = story?.entries.filter(({ who }) => who === 'slack').flatMap(({ lines }) => lines) ?? [];
      expect(said).toContain('[Approve] [Reject] [Open conversation]');
      expect(said).toContain('    +    ready');
      expect(said.join('\n')).toContain('both checks passed');
    },
  );
});
