import { expect, test } from 'vitest';
import { assertCanBuild, assertGo } from './can-build.ts';
import { CannotBuildError } from './cannot-build.ts';

const fine = { platform: 'linux', arch: 'x64', uid: 0 };

test('Linux as root will do; anything else is told what to do instead', () => {
  expect(() => assertCanBuild(fine)).not.toThrow();
  expect(() => assertCanBuild({ ...fine, platform: 'darwin' })).toThrow(
    /needs Linux \(this is darwin\).*KUBECONFIG/,
  );
  expect(() => assertCanBuild({ ...fine, arch: 'riscv64' })).toThrow(/not riscv64/);
  expect(() => assertCanBuild({ ...fine, uid: 1000 })).toThrow(/needs root.*sudo/);
  expect(() => assertCanBuild({ ...fine, uid: undefined })).toThrow(CannotBuildError);
});

test.each([
  ['go version go1.26 linux/amd64\n', '1.26'],
  ['go version go1.26.8 linux/amd64\n', '1.26.8'],
  ['go version go1.100rc1 linux/arm64\n', '1.100rc1'],
  ['go version go2.0 linux/amd64\n', '2.0'],
])('%s is new enough', (printed, version) => {
  expect(assertGo(printed)).toBe(version);
});

test.each([
  [null, 'the lab needs Go 1.26 or newer'],
  ['go version go1.19.8 linux/amd64\n', 'this is 1.19.8'],
  ['go version devel +1234 linux/amd64\n', 'says go version devel'],
])('%s is not, and says where to get it', (printed, what) => {
  expect(() => assertGo(printed)).toThrow(CannotBuildError);
  expect(() => assertGo(printed)).toThrow(what);
  expect(() => assertGo(printed)).toThrow('https://go.dev/dl');
});
