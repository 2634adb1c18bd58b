import { expect, it } from 'vitest';
import { ensureProgram, PROGRAMS } from './programs.mjs';
import type { System } from './system.mjs';

interface Machine {
  root?: boolean;
  ci?: boolean;
  has: string[];
  /** What `apt-get install` brings; nothing when it fails. */
  aptBrings?: string;
}

function machine({ root = false, ci = false, has, aptBrings }: Machine) {
  const present = new Set(has);
  const ran: string[] = [];
  const said: string[] = [];
  const system: System = {
    root,
    ci,
    nodeVersion: '24.0.0',
    find: (command) => (present.has(command) ? `/usr/bin/${command}` : undefined),
    run(command, args) {
      ran.push(`${command} ${args[0]}`);
      // What is about to happen was said before it happens.
      expect(said.join('\n')).toContain('installing');
      if (args[0] === 'install' && aptBrings === undefined) return { ok: false, output: 'no such package' };
      if (args[0] === 'install' && aptBrings !== undefined) present.add(aptBrings);
      return { ok: true, output: '' };
    },
    say: (line) => said.push(line),
  };
  return { system, ran, said };
}

function program(name: 'redis' | 'chromium') {
  const found = PROGRAMS[name];
  if (found === undefined) throw new Error(`no program ${name}`);
  return found;
}

it('does and says nothing when the program is there', () => {
  const { system, ran, said } = machine({ root: true, has: ['redis-server', 'apt-get'] });
  expect(ensureProgram(program('redis'), system)).toBe('present');
  expect([ran, said]).toEqual([[], []]);
});

it('takes any of the names that a browser goes by', () => {
  const { system } = machine({ has: ['google-chrome'] });
  expect(ensureProgram(program('chromium'), system)).toBe('present');
});

it('installs it as root on Debian, with fresh package lists', () => {
  const { system, ran } = machine({ root: true, has: ['apt-get'], aptBrings: 'redis-server' });
  expect(ensureProgram(program('redis'), system)).toBe('present');
  expect(ran).toEqual(['apt-get update', 'apt-get install']);
});

it('runs nothing without root, and says the one command to run', () => {
  const { system, ran, said } = machine({ has: ['apt-get'] });
  expect(ensureProgram(program('redis'), system)).toBe('missing');
  expect(ran).toEqual([]);
  expect(said.join('\n')).toContain('sudo apt-get update && sudo apt-get install -y redis-server\n');
});

it("names the machine's own package manager", () => {
  const { system, said } = machine({ has: ['dnf'] });
  ensureProgram(program('redis'), system);
  expect(said.join('\n')).toContain('sudo dnf install -y redis');
});

it('says loudly what is skipped without a browser, and skips nothing in CI', () => {
  const here = machine({ root: true, has: ['apt-get'] });
  expect(ensureProgram(program('chromium'), here.system)).toBe('skipped');
  expect(here.said.join('\n')).toContain('SKIPPED');
  const inCi = machine({ root: true, ci: true, has: ['apt-get'] });
  expect(ensureProgram(program('chromium'), inCi.system)).toBe('missing');
});
