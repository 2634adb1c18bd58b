import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** @import { System } from './system.mjs' */

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {readonly string[]} commands any of them will do
 * @property {boolean} required false: what needs it is skipped, except in CI
 * @property {string} why
 * @property {Readonly<Record<string, string>>} packages by package manager
 */

/** @type {Readonly<Record<string, Program>>} */
export const PROGRAMS = {
  redis: {
    name: 'redis-server',
    commands: ['redis-server'],
    required: true,
    why: 'the coordinator keeps its incidents there',
    packages: { 'apt-get': 'redis-server', dnf: 'redis', apk: 'redis', zypper: 'redis', brew: 'redis' },
  },
  chromium: {
    name: 'chromium',
    commands: ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'],
    required: false,
    why: 'the console is tested in it',
    packages: {
      'apt-get': 'chromium',
      dnf: 'chromium',
      apk: 'chromium',
      zypper: 'chromium',
      brew: 'chromium',
    },
  },
};

/** @type {Readonly<Record<string, (name: string) => string>>} */
const INSTALL = {
  'apt-get': (name) => `sudo apt-get update && sudo apt-get install -y ${name}`,
  dnf: (name) => `sudo dnf install -y ${name}`,
  apk: (name) => `sudo apk add ${name}`,
  zypper: (name) => `sudo zypper install -y ${name}`,
  brew: (name) => `brew install ${name}`,
};

/**
 * Finds the program, or installs it where that is possible without asking (root on Debian).
 * `skipped`: it is missing, and what needs it has to do without.
 * @param {Program} program
 * @param {System} system
 * @returns {'present' | 'skipped' | 'missing'}
 */
export function ensureProgram(program, system) {
  if (locate(program, system) !== undefined) return 'present';
  if (system.root && system.find('apt-get') !== undefined) {
    installWithApt(program, system);
    if (locate(program, system) !== undefined) return 'present';
  }
  const how = `Install it with:\n\n    ${installCommand(program, system)}\n`;
  if (program.required || system.ci) {
    system.say(`${program.name} is missing (${program.why}). ${how}`);
    return 'missing';
  }
  system.say(`WARNING: ${program.name} is missing (${program.why}): THESE TESTS ARE SKIPPED. ${how}`);
  return 'skipped';
}

/**
 * The program's path, or undefined.
 * @param {Program} program
 * @param {Pick<System, 'find'>} system
 */
export function locate(program, system) {
  return program.commands.map(system.find).find((path) => path !== undefined);
}

/**
 * @param {Program} program
 * @param {System} system
 */
function installWithApt(program, system) {
  const name = program.packages['apt-get'] ?? program.name;
  system.say(`${program.name} is missing; installing Debian's package ${name} with apt-get ...`);
  const lists = system.run('apt-get', ['update', '-qq']);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = withoutStartingServices(() =>
    system.run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env }),
  );
  if (!install.ok) system.say(`apt-get failed:\n${lists.ok ? '' : `${lists.output}\n`}${install.output}`);
}

/**
 * Debian starts a server when its package is installed; nobody asked for a Redis on the default port.
 * @template T
 * @param {() => T} install
 */
function withoutStartingServices(install) {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  const onSignal = () => {};
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  // With a handler a signal waits for the `finally` below instead of ending this process before it.
  for (const signal of signals) process.on(signal, onSignal);
  try {
    if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    return install();
  } finally {
    if (ours) rmSync(policy, { force: true });
    for (const signal of signals) process.off(signal, onSignal);
  }
}

/**
 * @param {Program} program
 * @param {System} system
 */
function installCommand(program, system) {
  const manager = Object.keys(INSTALL).find((name) => system.find(name) !== undefined) ?? 'apt-get';
  const command = INSTALL[manager];
  if (command === undefined) return program.name;
  const line = command(program.packages[manager] ?? program.name);
  return system.root ? line.replaceAll('sudo ', '') : line;
}
