import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertCanBuild } from '../build/can-build.ts';
import { CannotBuildError } from '../build/cannot-build.ts';
import { hierarchiesOf, missingControllers } from './hierarchies.ts';

export interface Machine {
  platform: string;
  arch: string;
  uid: number | undefined;
  /** What /proc/self/mountinfo says; null where there is no such thing. */
  mountInfo: string | null;
  /** What cgroup.controllers at the root of cgroup version 2 says; '' where there is none. */
  unifiedControllers: string;
}

export async function thisMachine(): Promise<Machine> {
  const mountInfo = await readFile('/proc/self/mountinfo', 'utf8').catch(() => null);
  const [unified] = hierarchiesOf(mountInfo ?? '').filter(({ version }) => version === 2);
  const unifiedControllers =
    unified === undefined
      ? ''
      : await readFile(join(unified.mountPoint, 'cgroup.controllers'), 'utf8').catch(() => '');
  return {
    platform: process.platform,
    arch: process.arch,
    uid: process.getuid?.(),
    mountInfo,
    unifiedControllers,
  };
}

/** @throws CannotBuildError when no lab can run on this machine, as this user, with what to do about it */
export function assertCanRun(machine: Machine): void {
  assertCanBuild(machine);
  const missing = missingControllers(hierarchiesOf(machine.mountInfo ?? ''), machine.unifiedControllers);
  if (missing.length > 0) {
    throw new CannotBuildError(
      `the lab needs cgroup controllers that are missing here, in version 1 and 2: ${missing.join(', ')}; ` +
        'inside a container, give it the cgroups of the machine (docker run --privileged --cgroupns=host)',
    );
  }
}

/** What else there is to do for somebody who cannot have a lab here. */
export const insteadOfALab =
  'Without a lab: make a test cluster elsewhere (kind, k3d) and set KUBECONFIG to it; npm run test:e2e uses that. npm run demo needs no cluster.';
