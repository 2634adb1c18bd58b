import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installDependencies } from './dependencies.mjs';
import { enoughFor } from './node-version.mjs';
import type { System } from './system.mjs';

let root = '';
let installs = 0;
let said: string[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pathmedic-install-'));
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(join(root, 'package-lock.json'), '{ "v": 1 }');
  mkdirSync(join(root, 'node_modules'));
  installs = 0;
  said = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function system(nodeVersion: string, npmWorks = true): System {
  return {
    root: false,
    ci: false,
    nodeVersion,
    find: () => undefined,
    run(_, args) {
      if (args.includes('install')) installs += 1;
      return { ok: npmWorks, output: 'npm says why' };
    },
    say: (line) => said.push(line),
  };
}

it('installs once, and again only when the lock file changes', () => {
  expect(installDependencies(root, system('24.0.0'))).toBe(true);
  expect(installDependencies(root, system('24.0.0'))).toBe(true);
  expect(installs).toBe(1);
  writeFileSync(join(root, 'package-lock.json'), '{ "v": 2 }');
  expect(installDependencies(root, system('24.0.0'))).toBe(true);
  expect(installs).toBe(2);
});

it('tries again after an installation that failed, and shows why it failed', () => {
  expect(installDependencies(root, system('24.0.0', false))).toBe(false);
  expect(said.join('\n')).toContain('npm says why');
  expect(installDependencies(root, system('24.0.0'))).toBe(true);
  expect(installs).toBe(2);
});

it('refuses a Node that cannot even install, before it tries', () => {
  expect(installDependencies(root, system('18.20.0'))).toBe(false);
  expect([installs, said.length]).toEqual([0, 1]);
});

it('asks for a newer Node where npm brings none, also when all is installed', () => {
  expect(installDependencies(root, system('24.0.0'))).toBe(true);
  expect(installDependencies(root, system('20.20.2'))).toBe(false);
  expect(said.join('\n')).toContain('22.19.0');
});

it('is content with an older Node where npm brings a newer one', () => {
  mkdirSync(join(root, 'node_modules/.bin'));
  writeFileSync(join(root, 'node_modules/.bin/node'), '');
  expect(installDependencies(root, system('20.20.2'))).toBe(true);
});

it("takes a packaged Node that does not run out of the way of the machine's own", () => {
  mkdirSync(join(root, 'node_modules/.bin'));
  writeFileSync(join(root, 'node_modules/.bin/node'), '');
  const musl: System = {
    ...system('24.0.0'),
    run: (_, args) => ({ ok: !args.includes('--version'), output: '' }),
  };
  expect(installDependencies(root, musl)).toBe(true);
  expect(existsSync(join(root, 'node_modules/.bin/node'))).toBe(false);
});

it.each([
  ['22.19.0', '22.19.0', true],
  ['22.9.0', '22.19.0', false],
  ['24.0.0', '22.19.0', true],
  ['20.20.2', '22.19.0', false],
])('Node %s is enough for %s: %s', (version, lowest, expected) => {
  expect(enoughFor(version, lowest)).toBe(expected);
});
