import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findCluster, type TestCluster } from './cluster.ts';
import { deploy, undeploy, type Deployment } from './deploy.ts';
import { followScenario, type Story } from './follow.ts';
import { loadImages } from './images.ts';
import { openProduct, type Product } from './product.ts';
import { quietDuring } from './quiet.ts';
import { scenarios } from './scenarios.ts';
import { waitFor } from './waiting.ts';

const help = `End-to-end tests on a real Kubernetes.

  npm run test:e2e                         every scenario and the quiet case
  npm run test:e2e -- --scenario NAME      only that one (may be repeated; "quiet" is the quiet case)
  npm run test:e2e -- --keep               leave the product deployed
  npm run test:e2e -- --json               print the results as JSON

Scenarios: ${scenarios.map((s) => s.name).join(', ')}, quiet
Uses KUBECONFIG if it is set, else the lab on this machine (Linux, root).
Exit codes: 0 all passed, 1 a scenario failed, 2 it could not be run.
`;

const outputDir = join(import.meta.dirname, '../.test-output');

interface Options {
  names: string[];
  keep: boolean;
  json: boolean;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', multiple: true },
      all: { type: 'boolean' },
      keep: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(help);
    return null;
  }
  const known = [...scenarios.map((s) => s.name), 'quiet'];
  const names = values.scenario ?? known;
  const unknown = names.filter((n) => !known.includes(n));
  if (unknown.length > 0)
    throw new Error(`unknown scenario ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return { names, keep: values.keep === true, json: values.json === true };
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return 0;
  const startedMs = Date.now();
  const say = (line: string): void => {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  };
  const cluster = await findCluster(say);
  try {
    const stories = await testOn(cluster, options, say);
    await report(stories, options.json, Date.now() - startedMs);
    return stories.length === options.names.length && stories.every((s) => s.ok) ? 0 : 1;
  } finally {
    if (!options.keep) await cluster.release();
  }
}

async function testOn(cluster: TestCluster, options: Options, say: (line: string) => void): Promise<Story[]> {
  if (cluster.lab === null) {
    throw new Error(
      'faults can be injected in the lab only so far; unset KUBECONFIG on a machine with Linux and root',
    );
  }
  const deployment = await deploy(cluster, await loadImages(cluster.lab, say));
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  const stories: Story[] = [];
  let product: Product | null = null;
  try {
    product = await openProduct(cluster, deployment);
    await untilQuiet(product, say);
    stories.push(...(await runAll(cluster, product, deployment, options.names, interrupted.signal, say)));
  } finally {
    await product?.close();
    if (!options.keep) await undeploy(cluster, deployment);
  }
  return stories;
}

async function runAll(
  cluster: TestCluster,
  product: Product,
  deployment: Deployment,
  names: readonly string[],
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Story[]> {
  const stories: Story[] = [];
  for (const name of names) {
    if (signal.aborted) break;
    const scenario = scenarios.find((s) => s.name === name);
    if (cluster.lab === null) break;
    const nodes = { node: 'node2', peer: 'node3' };
    const story =
      scenario === undefined
        ? await quietDuring(cluster, product, deployment, say)
        : await followScenario(cluster.lab, product, scenario, nodes, say);
    say(`${name}: ${story.ok ? 'PASS' : `FAIL\n  ${story.problems.join('\n  ')}`}`);
    stories.push(story);
    await untilQuiet(product, say);
  }
  return stories;
}

/** No open incident, no silent agent, no failing path. */
async function untilQuiet(product: Product, say: (line: string) => void): Promise<void> {
  say('waiting until all is quiet');
  await waitFor('quiet', 240_000, async () => {
    const [{ network }, { open }] = await Promise.all([product.overview(), product.incidents()]);
    const quiet =
      network !== null &&
      network.silentAgents === 0 &&
      network.pathsFailing === 0 &&
      network.pathsHealthy > 0;
    if (quiet && open.length === 0) return true;
    throw new Error(`network ${JSON.stringify(network)}; open: ${open.map((i) => i.title).join(', ')}`);
  });
}

async function report(stories: readonly Story[], json: boolean, tookMs: number): Promise<void> {
  const passed = stories.filter((s) => s.ok).length;
  const failed = stories.length - passed;
  await mkdir(outputDir, { recursive: true });
  await writeFile(
    join(outputDir, 'e2e.json'),
    JSON.stringify(
      {
        numTotalTests: stories.length,
        numPassedTests: passed,
        numFailedTests: failed,
        numPendingTests: 0,
        stories,
      },
      null,
      2,
    ),
  );
  if (json) process.stdout.write(`${JSON.stringify(stories, null, 2)}\n`);
  else
    process.stdout.write(
      `${table(stories)}\n${passed} passed, ${failed} failed in ${Math.round(tookMs / 1000)} s\n`,
    );
}

function table(stories: readonly Story[]): string {
  const head = ['scenario', 'result', 'detected', 'named', 'card', 'fixed', 'closed', 'cause', 'changes'];
  const time = (s: number | null): string => (s === null ? '-' : `${s} s`);
  const rows = stories.map((s) => [
    s.scenario,
    s.ok ? 'pass' : 'FAIL',
    time(s.detectedS),
    time(s.namedS),
    time(s.cardS),
    time(s.fixedS),
    time(s.closedS),
    s.cause === '' ? '-' : s.cause,
    s.mutations.join('; ') || '-',
  ]);
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => (r[i] ?? '').length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`e2e could not run: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
