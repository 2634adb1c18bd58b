import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { bundleConsole, bundleService } from '../../deploy/docker/bundle.ts';
import { startRedis } from '../support/redis.ts';

const repository = join(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Service {
  readonly folder: string;
  readonly bundle: string;
  readonly entries: readonly string[];
  /** A bundle that grows past this has taken in something it should not. */
  readonly maxKilobytes: number;
  /** Settings without which it cannot start, less their prefix: an empty environment has to name each. */
  readonly required: readonly string[];
}

const SERVICES: readonly Service[] = [
  {
    folder: 'probe-agent',
    bundle: 'agent.js',
    entries: ['src/main.ts'],
    maxKilobytes: 1_500,
    required: ['NODE_NAME', 'POD_NAMESPACE', 'POD_NAME', 'POD_UID', 'COORDINATOR_URLS'],
  },
  {
    folder: 'coordinator',
    bundle: 'coordinator.js',
    entries: ['src/main.ts', 'ui/main.tsx'],
    maxKilobytes: 9_000,
    required: ['CLUSTER_NAME', 'NAMESPACE', 'POD_NAME'],
  },
];

// Half a tree can be worked on; CI has to see all of it.
const present = SERVICES.filter(
  ({ folder, entries }) =>
    process.env['CI'] === 'true' || entries.every((entry) => existsSync(join(repository, folder, entry))),
);

describe.each(present)('the bundle of $folder', ({ folder, bundle, maxKilobytes, required }) => {
  // Outside of the repository, so that nothing is found in its node_modules.
  let outDir = '';
  beforeAll(async () => {
    outDir = mkdtempSync(join(tmpdir(), 'pathmedic-bundle-'));
    const script = join(repository, folder, 'build.ts');
    const { stdout } = await run(process.execPath, [script, '--out', outDir], { cwd: outDir });
    console.log(stdout.replaceAll(`${outDir}/`, ''));
  });
  afterAll(() => rmSync(outDir, { recursive: true, force: true }));

  async function start(...args: string[]) {
    const options = { cwd: outDir, env: { PATH: process.env['PATH'] ?? '' }, timeout: 20_000 };
    const nothing = { code: 0, stdout: '', stderr: '' };
    return run(process.execPath, [join(outDir, bundle), ...args], options).then(
      ({ stdout, stderr }) => ({ ...nothing, stdout, stderr }),
      (error: Partial<typeof nothing>) => ({ ...nothing, ...error }),
    );
  }

  it('runs by itself and knows its version', async () => {
    const { version } = JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8'));
    const { code, stdout, stderr } = await start('--version');
    expect({ code, version: stdout.trim(), stderr }).toEqual({ code: 0, version, stderr: '' });
  });

  it('lists everything that is missing in an empty environment, and exits with 2', async () => {
    const { code, stdout, stderr } = await start();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const listed = [...stderr.matchAll(/^ {2}PATHMEDIC_(\w+) is required.*; example: /gm)].map(
      ([, name]) => name,
    );
    expect(listed).toEqual(expect.arrayContaining([...required]));
    expect(stderr).toContain(`${listed.length} problem`);
  });

  it('is of reasonable size, with its source map and no path of the machine that built it', () => {
    expect(Math.ceil(statSync(join(outDir, bundle)).size / 1000)).toBeLessThan(maxKilobytes);
    for (const file of [bundle, `${bundle}.map`]) {
      const mentions = readFileSync(join(outDir, file), 'utf8').includes(repository.slice(1));
      expect({ file, mentions }).toEqual({ file, mentions: false });
    }
  });
});

it.runIf(present.some(({ folder }) => folder === 'coordinator'))(
  'puts the console beside the coordinator',
  async () => {
    const outDir = mkdtempSync(join(tmpdir(), 'pathmedic-bundle-'));
    onTestFinished(() => rmSync(outDir, { recursive: true, force: true }));
    await bundleConsole(join(repository, 'coordinator/ui'), outDir);
    expect(readdirSync(outDir)).toEqual(expect.arrayContaining(['index.html', 'main.css', 'main.js']));
  },
);

it('bundles the scripts that BullMQ runs inside Redis', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'pathmedic-bundle-'));
  onTestFinished(() => rmSync(outDir, { recursive: true, force: true }));
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  await bundleService(join(repository, 'coordinator/src/adapters/bullmq/wake-queue.ts'), 'queue', outDir);
  const script = `import { createBullWakeQueue } from './queue.js';
const queue = createBullWakeQueue({ url: process.argv[2], prefix: '{bundle}' });
const woken = new Promise((resolve) => void queue.work('incident', async (id) => resolve(id)));
await queue.wake('incident', 'inc-1');
console.log(await woken);
await queue.close();
`;
  writeFileSync(join(outDir, 'run.js'), script);
  const { stdout } = await run(process.execPath, ['run.js', redis.url], { cwd: outDir, timeout: 20_000 });
  expect(stdout.trim()).toBe('inc-1');
});
