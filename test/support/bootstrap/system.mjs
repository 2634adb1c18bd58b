import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * What the bootstrap needs of the machine; tests pass their own.
 * @typedef {object} System
 * @property {boolean} root may install system packages
 * @property {boolean} ci nothing may be skipped
 * @property {string} nodeVersion of the Node that runs this, as in `24.1.0`
 * @property {(command: string) => string | undefined} find a command's path, by PATH
 * @property {(command: string, args: string[], options?: { cwd?: string, env?: Record<string, string> }) => { ok: boolean, output: string }} run
 * @property {(line: string) => void} say
 */

/** @returns {System} */
export function thisSystem() {
  return {
    root: process.getuid?.() === 0,
    ci: !['', '0', 'false'].includes(process.env.CI ?? ''),
    nodeVersion: process.versions.node,
    find,
    run,
    say: (line) => process.stderr.write(`pathmedic: ${line}\n`),
  };
}

/** @type {System['find']} */
export function find(command) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @type {System['run']} */
function run(command, args, options = {}) {
  const done = spawnSync(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  const reason = done.error === undefined ? '' : `${done.error.message}\n`;
  return { ok: done.status === 0, output: `${done.stdout ?? ''}${done.stderr ?? ''}${reason}`.trim() };
}
