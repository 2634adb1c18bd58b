import { existsSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainEnv, runCommand, succeeds } from '../machine/run-command.ts';
import { CannotBuildError } from './cannot-build.ts';

/** Programs of this machine that nodes and images use, and where Debian has them. */
const needed: readonly [program: string, debianPackage: string][] = [
  ['containerd', 'containerd'],
  ['runc', 'runc'],
  ['/usr/lib/cni/bridge', 'containernetworking-plugins'],
  ['ip', 'iproute2'],
  ['iptables', 'iptables'],
  ['nft', 'nftables'],
  ['ipset', 'ipset'],
  ['conntrack', 'conntrack'],
  ['ethtool', 'ethtool'],
  ['ping', 'iputils-ping'],
  ['busybox', 'busybox-static'],
];

const installTimeoutMs = 15 * 60_000;
// As by Debian's policy: services are started by packages unless this program exits with 101.
const policyFile = '/usr/sbin/policy-rc.d';

export function missingPackages(exists: (path: string) => boolean = existsSync): string[] {
  const folders = plainEnv.PATH.split(':');
  const has = (program: string): boolean =>
    program.startsWith('/') ? exists(program) : folders.some((folder) => exists(join(folder, program)));
  return needed.filter(([program]) => !has(program)).map(([, name]) => name);
}

/**
 * Installs what is missing, and says so before. Nothing is started by that: nodes run containerds of their own.
 * @throws CannotBuildError with the command to run, when it cannot be done here
 */
export async function installPackages(say: (line: string) => void, signal?: AbortSignal): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const install = ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing];
  if (!(await succeeds(['apt-get', '--version']))) {
    throw new CannotBuildError(
      `the lab needs programs that Debian has in the packages ${missing.join(', ')}, and there is no apt-get: install them by this system's own means`,
    );
  }
  say(`lab: ${install.join(' ')}`);
  // What is there already is the machine's own policy.
  const ours = !existsSync(policyFile);
  try {
    if (ours) {
      await writeFile(policyFile, '#!/bin/sh\nexit 101\n');
      await chmod(policyFile, 0o755);
    }
    const options = {
      env: { ...plainEnv, ...proxies(process.env), DEBIAN_FRONTEND: 'noninteractive' },
      timeoutMs: installTimeoutMs,
      ...(signal === undefined ? {} : { signal }),
    };
    await runCommand(['apt-get', 'update', '-qq'], options);
    await runCommand(install, options);
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new CannotBuildError(
      `packages that the lab needs could not be installed; see to it that this works, and start again:\n  ${install.join(' ')}\n${why}`,
    );
  } finally {
    if (ours) await rm(policyFile, { force: true });
  }
  const still = missingPackages();
  if (still.length > 0)
    throw new CannotBuildError(`installed, but without the programs that the lab needs: ${still.join(', ')}`);
}

function proxies(env: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.entries(env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
