import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lowestGo } from './can-build.ts';
import { goEnvironment, goProgramKey, goPrograms } from './go-programs.ts';
import { coreDnsVersion, flannelCniPluginVersion, flannelVersion, kubernetesVersion } from './versions.ts';

function goMod(module: string): Promise<string> {
  return readFile(join(import.meta.dirname, '../src', module, 'go.mod'), 'utf8');
}

test.each([
  ['kubelab', `k8s.io/kubernetes ${kubernetesVersion}`],
  ['coredns', `github.com/coredns/coredns v${coreDnsVersion}`],
  ['flannel', `github.com/flannel-io/flannel ${flannelVersion}`],
  ['cniflannel', `github.com/containernetworking/plugins ${flannelCniPluginVersion}`],
])('images of %s are named after the version that its go.mod pins', async (module, pinned) => {
  const required = (await goMod(module)).split('\n').map((line) =>
    line
      .trim()
      .replace(/^require /, '')
      .replace(/ \/\/ indirect$/, ''),
  );
  expect(required).toContain(pinned);
});

test('the Go that is asked for is enough for every module', async () => {
  for (const { module } of goPrograms) {
    const [, major, minor] = /^go (\d+)\.(\d+)/m.exec(await goMod(module)) ?? [];
    expect([Number(major), Number(minor) <= Number(lowestGo.split('.')[1])]).toEqual([1, true]);
  }
});

test('another Go, other variables or another package make another program', async () => {
  const [program] = goPrograms;
  if (program === undefined) throw new Error('no programs');
  const keys = await Promise.all([
    goProgramKey(program, '1.26.8'),
    goProgramKey(program, '1.26.9'),
    goProgramKey({ ...program, variables: { 'main.version': '1' } }, '1.26.8'),
    goProgramKey({ ...program, package: './other' }, '1.26.8'),
    goProgramKey({ ...program, module: 'netpol' }, '1.26.8'),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
});

test("Go's caches are inside the lab's unless the environment says otherwise; what it builds is not the environment's matter", () => {
  const env = goEnvironment('/cache', {
    GOCACHE: '/mine',
    GOFLAGS: '-mod=mod',
    GOOS: 'darwin',
    GOPROXY: 'https://proxy.test',
  });
  expect(env).toMatchObject({
    GOMODCACHE: '/cache/go-modules',
    GOCACHE: '/mine',
    GOOS: 'linux',
    GOFLAGS: '-buildvcs=false -mod=readonly',
    GOPROXY: 'https://proxy.test',
  });
});
