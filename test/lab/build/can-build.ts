import { CannotBuildError } from './cannot-build.ts';

/** As the newest of the go.mod files asks for. */
export const lowestGo = '1.26';

/** @throws CannotBuildError when labs cannot be on this machine, as this user */
export function assertCanBuild(machine: { platform: string; arch: string; uid: number | undefined }): void {
  if (machine.platform !== 'linux') {
    throw new CannotBuildError(
      `the lab needs Linux (this is ${machine.platform}): run it in a Linux machine, or use a test cluster (kind, k3d) by KUBECONFIG`,
    );
  }
  if (machine.arch !== 'x64' && machine.arch !== 'arm64') {
    throw new CannotBuildError(`the lab needs an x64 or arm64 processor, not ${machine.arch}`);
  }
  if (machine.uid !== 0) {
    throw new CannotBuildError(
      'the lab needs root, for network namespaces and mounts: run the same with sudo',
    );
  }
}

/**
 * @param printed what `go version` printed; null when there is no such program
 * @returns its version, as in `1.26.8`
 * @throws CannotBuildError
 */
export function assertGo(printed: string | null): string {
  const what = `Go ${lowestGo} or newer, to build Kubernetes and the like from the module proxy`;
  const remedy = 'install it from https://go.dev/dl and put its bin folder on the PATH';
  if (printed === null) throw new CannotBuildError(`the lab needs ${what}: ${remedy}`);
  const found = /\bgo(\d+)\.(\d+)(\S*)/.exec(printed);
  if (found === null)
    throw new CannotBuildError(`the lab needs ${what}; \`go version\` says ${printed.trim()}: ${remedy}`);
  const [, major = '', minor = '', rest = ''] = found;
  const [lowestMajor = 0, lowestMinor = 0] = lowestGo.split('.').map(Number);
  const enough =
    Number(major) > lowestMajor || (Number(major) === lowestMajor && Number(minor) >= lowestMinor);
  const version = `${major}.${minor}${rest}`;
  if (!enough) throw new CannotBuildError(`the lab needs ${what}; this is ${version}: ${remedy}`);
  return version;
}
