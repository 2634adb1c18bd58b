import { join } from 'node:path';
import { runCommand } from '../machine/run-command.ts';
import { filesIn, inputHash } from './input-hash.ts';
import { kubernetesVersion } from './versions.ts';

const sources = join(import.meta.dirname, '../src');

/** A program built from a module under ../src. */
export interface GoProgram {
  /** Of the file it becomes. */
  name: string;
  module: string;
  /** Of the module's own, or of one that it requires. */
  package: string;
  /** Go's -X flags: variables of packages. */
  variables: Record<string, string>;
  /** For a person who waits for the first build; later ones take seconds. */
  firstTime: string;
}

const [, kubernetesMajor = '', kubernetesMinor = ''] = /^v(\d+)\.(\d+)\./.exec(kubernetesVersion) ?? [];

export const goPrograms: readonly GoProgram[] = [
  { name: 'labkit', module: 'labkit', package: '.', variables: {}, firstTime: 'half a minute' },
  {
    name: 'kubelab',
    module: 'kubelab',
    package: '.',
    variables: {
      'k8s.io/component-base/version.gitVersion': kubernetesVersion,
      'k8s.io/component-base/version.gitMajor': kubernetesMajor,
      'k8s.io/component-base/version.gitMinor': kubernetesMinor,
      'k8s.io/component-base/version.gitTreeState': 'clean',
      'k8s.io/client-go/pkg/version.gitVersion': kubernetesVersion,
    },
    firstTime: 'about 5 minutes on two cores',
  },
  { name: 'coredns', module: 'coredns', package: '.', variables: {}, firstTime: 'about a minute' },
  { name: 'flanneld', module: 'flannel', package: '.', variables: {}, firstTime: 'half a minute' },
  {
    name: 'cni-flannel',
    module: 'cniflannel',
    package: 'github.com/containernetworking/plugins/plugins/meta/flannel',
    variables: {},
    firstTime: 'seconds',
  },
  { name: 'netpol', module: 'netpol', package: '.', variables: {}, firstTime: 'half a minute' },
];

/** Independent of what the caller's environment asks of Go, but for its proxy and caches. */
export function goEnvironment(cacheDir: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return {
    GOMODCACHE: join(cacheDir, 'go-modules'),
    GOCACHE: join(cacheDir, 'go-build'),
    ...given,
    CGO_ENABLED: '0',
    GOFLAGS: '-buildvcs=false -mod=readonly',
    GOWORK: 'off',
    // No other Go than the one that is there, and named in the key.
    GOTOOLCHAIN: 'local',
    GOOS: 'linux',
  };
}

function buildFlags(program: GoProgram): string[] {
  const variables = Object.entries(program.variables).map(([name, value]) => `-X ${name}=${value}`);
  return ['-trimpath', '-ldflags', ['-s -w', ...variables].join(' ')];
}

export async function goProgramKey(program: GoProgram, goVersion: string): Promise<string> {
  const folder = join(sources, program.module);
  return inputHash({
    values: { go: goVersion, arch: process.arch, flags: buildFlags(program), package: program.package },
    files: (await filesIn(folder)).filter((path) => /\.(go|mod|sum)$/.test(path)),
    relativeTo: folder,
  });
}

/** @throws with what the compiler, or the module proxy, said last */
export async function buildGoProgram(
  program: GoProgram,
  target: string,
  env: Record<string, string>,
  signal?: AbortSignal,
): Promise<void> {
  const command = ['go', '-C', join(sources, program.module), 'build', ...buildFlags(program)];
  await runCommand([...command, '-o', target, program.package], {
    env,
    timeoutMs: 90 * 60_000,
    ...(signal === undefined ? {} : { signal }),
  });
}
