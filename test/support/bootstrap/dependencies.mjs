import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enoughFor, LOWEST_TO_INSTALL, LOWEST_TO_RUN } from './node-version.mjs';

/** @import { System } from './system.mjs' */

const STAMP = 'node_modules/.pathmedic-installed';
const PACKAGED_NODE = 'node_modules/.bin/node';

/**
 * Installs node_modules if the lock file is not the one that was installed last, and makes sure that npm
 * scripts get a Node that runs TypeScript. True if both hold at the end.
 * @param {string} root of the repository
 * @param {System} system
 */
export function installDependencies(root, system) {
  if (!enoughFor(system.nodeVersion, LOWEST_TO_INSTALL)) {
    system.say(`Node ${system.nodeVersion} is too old: install Node ${LOWEST_TO_INSTALL} or newer.`);
    return false;
  }
  const wanted = fingerprint(root);
  if (installed(root) === wanted) return hasNodeToRun(root, system);
  system.say('installing npm packages into node_modules (only when the lock file changed) ...');
  const { ok, output } = npmInstall(root, system);
  if (!ok) {
    system.say(`npm install failed:\n${output}`);
    return false;
  }
  dropNodeThatDoesNotRun(root, system);
  writeFileSync(join(root, STAMP), wanted);
  return hasNodeToRun(root, system);
}

/**
 * `npm ci` insists on every platform's optional packages; `npm install --no-save` takes the locked versions
 * and leaves the lock file as it is. No package needs its install script.
 * @param {string} root
 * @param {System} system
 */
function npmInstall(root, system) {
  const args = ['install', '--no-save', '--ignore-scripts', '--include=dev', '--include=optional'];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  if (npm === undefined) return system.run('npm', [...args, ...quiet], { cwd: root });
  return system.run(process.execPath, [npm, ...args, ...quiet], { cwd: root });
}

/** @param {string} root */
function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['package-lock.json', 'package.json']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** @param {string} root */
function installed(root) {
  const stamp = join(root, STAMP);
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
}

/**
 * On Linux a Node comes with the packages and stands first in the PATH of npm scripts. Where it does not
 * run (musl), it must not hide the machine's own.
 * @param {string} root
 * @param {System} system
 */
function dropNodeThatDoesNotRun(root, system) {
  const packaged = join(root, PACKAGED_NODE);
  if (existsSync(packaged) && !system.run(packaged, ['--version']).ok) rmSync(packaged);
}

/**
 * @param {string} root
 * @param {System} system
 */
function hasNodeToRun(root, system) {
  if (existsSync(join(root, PACKAGED_NODE)) || enoughFor(system.nodeVersion, LOWEST_TO_RUN)) return true;
  const platform = `${process.platform} ${process.arch}`;
  system.say(
    `Node ${system.nodeVersion} is too old, and npm has none for ${platform}: install Node ${LOWEST_TO_RUN} or newer.`,
  );
  return false;
}
