import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allCases, allNames } from './all-cases.ts';
import { readCommand, usage, type Options } from './options.ts';
import { runAll } from './run-all.ts';
import { selectRuns } from './select-runs.ts';
import { openStage } from './stage.ts';
import { storyTable } from './story-text.ts';
import type { Story } from './story.ts';

const outputDir = join(import.meta.dirname, '../.test-output');

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2), allNames());
  switch (command.do) {
    case 'help':
      process.stdout.write(usage);
      return 0;
    case 'list':
      process.stdout.write(list());
      return 0;
    case 'run':
      return run(command.options);
  }
}

async function run(options: Options): Promise<number> {
  const runs = selectRuns(allCases(options.network), options);
  if (runs.length === 0) throw new Error('nothing of that can be run with these options');
  assertLabPossible();
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interrupted.abort(new Error('interrupted')));
  for (const old of ['e2e', 'e2e.json']) await rm(join(outputDir, old), { recursive: true, force: true });
  const startedMs = Date.now();
  const stage = await openStage(options, say, interrupted.signal);
  const told: Story[] = [];
  try {
    const stories = await runAll(stage, runs, {
      outputDir: join(outputDir, 'e2e'),
      say,
      signal: interrupted.signal,
      // After each, so that a run that is cut short leaves what it has seen.
      told: async (story) => {
        told.push(story);
        await report(told);
      },
    });
    await report(stories);
    print(stories, options, Date.now() - startedMs);
    return stories.every((s) => s.result === 'passed') ? 0 : 1;
  } finally {
    await stage.end();
  }
}

function assertLabPossible(): void {
  const given = process.env['KUBECONFIG'];
  if (given !== undefined && given !== '')
    throw new Error(
      'faults can be put only into a lab of this machine so far: unset KUBECONFIG (Linux, root); by hand, deploy/ runs in any cluster',
    );
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('the lab needs Linux and root');
}

/** For `.ci/run`, in the names that vitest uses. */
async function report(stories: readonly Story[]): Promise<void> {
  const count = (result: Story['result']): number => stories.filter((s) => s.result === result).length;
  await mkdir(outputDir, { recursive: true });
  const totals = {
    numTotalTests: stories.length,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('not-run'),
    success: count('passed') === stories.length,
  };
  await writeFile(join(outputDir, 'e2e.json'), `${JSON.stringify({ ...totals, stories }, null, 2)}\n`);
}

function print(stories: readonly Story[], { json }: Options, tookMs: number): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(stories, null, 2)}\n`);
    return;
  }
  const count = (result: Story['result']): number => stories.filter((s) => s.result === result).length;
  const notRun = count('not-run');
  process.stdout.write(
    `${storyTable(stories)}\n${count('passed')} passed, ${count('failed')} failed${notRun > 0 ? `, ${notRun} NOT RUN` : ''} in ${Math.round(tookMs / 1000)} s\n`,
  );
}

function list(): string {
  const cases = allNames().map((name) =>
    [...allCases('vxlan'), ...allCases('routed')].find((one) => one.name === name),
  );
  return cases
    .flatMap((one) => (one === undefined ? [] : [`${one.core ? '*' : ' '} ${one.name}\n    ${one.about}\n`]))
    .concat('* the core set\n')
    .join('');
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`e2e could not run: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
