import { readFile } from 'node:fs/promises';
import { assertCanBuild } from '../build/can-build.ts';
import { CannotBuildError } from '../build/cannot-build.ts';
import { hierarchiesOf, missingControllers } from './cgroups.ts';

export interface Machine {
  platform: string;
  arch: string;
  uid: number | undefined;
  /** What /proc/self/mountinfo says; null where there is no such thing. */
  mountInfo: string | null;
}

export async function thisMachine(): Promise<Machine> {
  const mountInfo = await readFile('/proc/self/mountinfo', 'utf8').catch(() => null);
  return { platform: process.platform, arch: process.arch, uid: process.getuid?.(), mountInfo };
}

/** @throws CannotBuildError when no lab can run on this machine, as this user, with what to do about it */
export function assertCanRun(machine: Machine): void {
  assertCanBuild(machine);
  const missing = missingControllers(hierarchiesOf(machine.mountInfo ?? ''));
  if (missing.length > 0) {
    throw new CannotBuildError(
      `the lab needs cgroups of version 1, and here these controllers are missing in it: ${missing.join(', ')}; ` +
        `where systemd mounts version 2, systemd.unified_cgroup_hierarchy=0 on the kernel's command line brings version 1 back`,
    );
  }
}

/** What else there is to do for somebody who cannot have a lab here. */
export const insteadOfALab =
  'Without a lab: make a test cluster elsewhere (kind, k3d) and set KUBECONFIG to it; npm run test:e2e uses that. npm run demo needs no cluster.';
