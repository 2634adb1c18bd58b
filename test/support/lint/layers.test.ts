import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readdirSync } from 'node:fs';
import { fromRoot, makeTree, type LintTree } from './lint-tree.ts';

/** What design allows, written down a second time: oxlint.config.ts is held against it pair by pair. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  domain: [],
  facts: ['domain'],
  netpol: ['domain', 'facts'],
  actions: ['domain', 'facts', 'netpol'],
  runbooks: ['domain', 'facts', 'netpol', 'actions'],
  messages: ['domain', 'facts'],
  ports: ['domain', 'facts'],
  sensing: ['domain', 'facts', 'ports'],
  pipeline: ['domain', 'facts', 'netpol', 'runbooks', 'actions', 'messages', 'ports', 'sensing'],
  adapters: ['domain', 'facts', 'ports'],
  auth: ['domain', 'ports'],
  http: ['domain', 'ports', 'messages', 'auth', 'sensing', 'pipeline'],
  telemetry: ['domain', 'facts', 'ports', 'sensing', 'pipeline'],
  cli: 'domain facts netpol actions runbooks messages ports sensing pipeline adapters auth http telemetry'.split(
    ' ',
  ),
};
const FOLDERS = Object.keys(MAY_IMPORT);
const CLIENTS = ['ioredis', 'bullmq', '@kubernetes/client-node', '@slack/web-api', '@slack/socket-mode'];
const LAYER = 'no-restricted-imports';

let tree: LintTree;
beforeAll(() => {
  tree = makeTree();
});
afterAll(() => tree.remove());

/** Lints one file with that line in it, and gives the rules it breaks. */
function broken(files: Record<string, string>): Promise<Record<string, string[]>> {
  return tree.lint(files);
}

function importing(specifier: string, kind: 'value' | 'type' = 'value'): string {
  return kind === 'type'
    ? `import type { Thing } from '${specifier}';\nexport type Other = Thing;\n`
    : `import { thing } from '${specifier}';\nexport const other = [thing];\n`;
}

describe('layers of the coordinator', () => {
  it('knows every folder of coordinator/src', () => {
    const present = readdirSync(fromRoot('coordinator/src'), { withFileTypes: true });
    const folders = present.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(folders.filter((name) => !FOLDERS.includes(name))).toEqual([]);
  });

  it('lets each folder import what the table allows, and nothing else', async () => {
    const files: Record<string, string> = {};
    const expected: Record<string, string[]> = {};
    for (const from of FOLDERS) {
      for (const to of FOLDERS.filter((name) => name !== from)) {
        for (const [depth, up] of [
          ['', '../'],
          ['deep/', '../../'],
        ] as const) {
          const file = `coordinator/src/${from}/${depth}imports-${to}.ts`;
          files[file] = importing(`${up}${to}/thing.ts`);
          expected[file] = MAY_IMPORT[from]?.includes(to) === true ? [] : [LAYER];
        }
      }
    }
    expect(await broken(files)).toEqual(expected);
  });

  it('keeps every folder away from app.ts and main.ts', async () => {
    const files = FOLDERS.map(
      (name) => [`coordinator/src/${name}/wires.ts`, importing('../app.ts')] as const,
    );
    const expected = files.map(([file]) => [file, [LAYER]] as const);
    expect(await broken(Object.fromEntries(files))).toEqual(Object.fromEntries(expected));
  });

  it('lets messages name the types of actions and runbooks', async () => {
    const files = {
      'coordinator/src/messages/card.ts': importing('../actions/thing.ts', 'type'),
      'coordinator/src/messages/cause.ts': importing('../runbooks/thing.ts', 'type'),
    };
    expect(await broken(files)).toEqual({
      'coordinator/src/messages/card.ts': [],
      'coordinator/src/messages/cause.ts': [],
    });
  });

  it('gives pipeline only the pure parts of sensing', async () => {
    const files = {
      'coordinator/src/pipeline/good.ts': importing('../sensing/locate.ts'),
      'coordinator/src/pipeline/bad.ts': importing('../sensing/ingest.ts'),
    };
    expect(await broken(files)).toEqual({
      'coordinator/src/pipeline/good.ts': [],
      'coordinator/src/pipeline/bad.ts': [LAYER],
    });
  });

  it('lets only the adapters talk to Redis, BullMQ, Kubernetes and Slack', async () => {
    const files: Record<string, string> = {};
    const expected: Record<string, string[]> = {};
    for (const [i, client] of CLIENTS.entries()) {
      for (const from of [...FOLDERS.map((name) => `${name}/`), '']) {
        const file = `coordinator/src/${from}client-${i}.ts`;
        files[file] = importing(client);
        expected[file] = from === 'adapters/' ? [] : [LAYER];
      }
    }
    expect(await broken(files)).toEqual(expected);
  });

  it('keeps clocks, randomness and input and output out of the pure folders', async () => {
    const impure: Record<string, [source: string, rule: string]> = {
      'reads-a-file.ts': [importing('node:fs/promises'), LAYER],
      'logs.ts': [importing('@pathmedic/shared/runtime/logger.ts'), LAYER],
      'now.ts': ['export const now = () => Date.now();\n', 'no-restricted-properties'],
      'random.ts': ['export const dice = () => Math.random();\n', 'no-restricted-properties'],
      'waits.ts': ['export const later = (f: () => void) => setTimeout(f, 1);\n', 'no-restricted-globals'],
      'reads-env.ts': ['export const home = () => process.env.HOME;\n', 'no-restricted-globals'],
    };
    const files: Record<string, string> = {};
    const expected: Record<string, string[]> = {};
    for (const folder of ['domain', 'facts', 'netpol', 'actions', 'runbooks', 'messages', 'adapters']) {
      for (const [name, [source, rule]] of Object.entries(impure)) {
        files[`coordinator/src/${folder}/${name}`] = source;
        expected[`coordinator/src/${folder}/${name}`] = folder === 'adapters' ? [] : [rule];
      }
    }
    expect(await broken(files)).toEqual(expected);
  });

  it('gives the domain zod and the contract, and no other package', async () => {
    const files = {
      'coordinator/src/domain/good.ts':
        importing('zod') + importing('@pathmedic/shared/contract/plan.ts', 'type'),
      'coordinator/src/domain/bad.ts': importing('yaml'),
    };
    expect(await broken(files)).toEqual({
      'coordinator/src/domain/good.ts': [],
      'coordinator/src/domain/bad.ts': [LAYER],
    });
  });
});

describe('borders between the packages', () => {
  const borders: Record<string, { good: string[]; bad: string[] }> = {
    'shared/src/contract/': {
      good: ['zod', './plan.ts', '../contract/plan.ts'],
      bad: ['../runtime/clock.ts', 'node:fs', 'fastify', '@pathmedic/coordinator/domain/path.ts'],
    },
    'shared/src/runtime/': {
      good: ['pino', 'node:fs', '../contract/plan.ts'],
      bad: ['@pathmedic/coordinator/domain/path.ts', '@pathmedic/probe-agent/probes/tcp.ts', 'ioredis'],
    },
    'probe-agent/src/': {
      good: ['prom-client', '@pathmedic/shared/contract/plan.ts', '@pathmedic/shared/runtime/clock.ts'],
      bad: ['@pathmedic/coordinator/domain/path.ts', '../../coordinator/src/domain/path.ts', ...CLIENTS],
    },
    'probe-agent/src/probes/': {
      good: ['node:net', './outcome.ts', '@pathmedic/shared/contract/plan.ts'],
      bad: ['prom-client', '../schedule/slots.ts', '../report/window.ts', '../app.ts', ...CLIENTS],
    },
    'coordinator/src/': {
      good: ['./adapters/redis.ts', 'pino'],
      bad: ['@pathmedic/probe-agent/probes/tcp.ts', '@pathmedic/test/sim/api.ts', '../../test/sim/api.ts'],
    },
    'coordinator/ui/': {
      good: ['preact', 'preact/hooks', 'uplot', '@pathmedic/shared/contract/console.ts', './timeline.ts'],
      bad: ['@pathmedic/shared/runtime/clock.ts', '../src/domain/path.ts', 'node:fs', 'fastify'],
    },
    'test/demo/': {
      good: ['@pathmedic/coordinator/app.ts', '@pathmedic/probe-agent/app.ts', 'ioredis'],
      bad: ['../../coordinator/src/app.ts'],
    },
  };

  it('holds them, and lets through what may pass', async () => {
    const files: Record<string, string> = {};
    const expected: Record<string, string[]> = {};
    for (const [folder, { good, bad }] of Object.entries(borders)) {
      for (const [i, specifier] of [...good, ...bad].entries()) {
        files[`${folder}border-${i}.ts`] = importing(specifier);
        expected[`${folder}border-${i}.ts`] = i < good.length ? [] : [LAYER];
      }
    }
    expect(await broken(files)).toEqual(expected);
  });
});
