import { existsSync } from 'node:fs';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { runCommand } from '../machine/run-command.ts';
import { filesIn } from './input-hash.ts';

const multiarch = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const libraries = join('/usr/lib', multiarch);
const busybox = '/usr/bin/busybox';
const programs = [
  ...['xtables-nft-multi', 'xtables-legacy-multi', 'nft', 'conntrack', 'ipset', 'ethtool'].map(
    (n) => `/usr/sbin/${n}`,
  ),
  '/usr/bin/ping',
];

const settings = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  group: 'root:x:0:\nnogroup:x:65534:\n',
  'nsswitch.conf': 'hosts: files dns\n',
};

/** Files of this machine that the base layer copies; the libraries they need are found when it is made. */
export async function baseLayerFiles(): Promise<string[]> {
  const ip = ['/usr/sbin/ip', '/usr/bin/ip', '/bin/ip'].filter((path) => existsSync(path)).slice(0, 1);
  // Plug-ins: programs load them by name, and nothing else tells that they are needed.
  const optional = [
    ...(await filesIn(join(libraries, 'xtables'), '.so')),
    ...['libnss_dns.so.2', 'libnss_files.so.2'].map((name) => join(libraries, name)),
    ...['/etc/protocols', '/etc/services'],
  ].filter((path) => existsSync(path));
  return [...programs, ...ip, busybox, ...optional];
}

/** A small system: busybox, and what network programs there are, with their libraries. */
export async function makeBaseLayer(folder: string, files: readonly string[]): Promise<void> {
  const system = ['bin', 'sbin', 'lib', 'lib64'];
  for (const name of [
    ...system.map((n) => `usr/${n}`),
    'etc',
    'tmp',
    'run',
    'root',
    'proc',
    'sys',
    'dev',
    'var',
  ]) {
    await mkdir(join(folder, name), { recursive: true });
  }
  for (const name of system) await symlink(`usr/${name}`, join(folder, name));
  await symlink('/run', join(folder, 'var/run'));
  for (const path of files) await copyInto(folder, path, path);
  await copyLibraries(
    folder,
    files.filter((path) => path !== busybox && !path.startsWith('/etc/')),
  );
  await linkIptables(join(folder, 'usr/sbin'));
  await linkBusybox(folder);
  for (const [name, content] of Object.entries(settings)) await writeFile(join(folder, 'etc', name), content);
}

/**
 * Copies the shared libraries that files need, unless one of the folders below has them already.
 * The base system is merged: /lib and /lib64 are links into /usr, and a layer must not put folders in their place.
 */
export async function copyLibraries(
  folder: string,
  files: readonly string[],
  below: readonly string[] = [],
): Promise<void> {
  const printed = await runCommand(['ldd', ...files]);
  // `NAME => PATH (ADDRESS)`, or `PATH (ADDRESS)`; without one it is the name of a file that was asked about.
  const needed = new Set(
    [...printed.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => (path === undefined ? [] : [path])),
  );
  for (const path of needed) {
    const target = path.startsWith('/usr/') ? path : `/usr${path}`;
    if (![folder, ...below].some((layer) => existsSync(join(layer, target))))
      await copyInto(folder, path, target);
  }
}

async function copyInto(folder: string, path: string, target: string): Promise<void> {
  // Follows links, and keeps the mode.
  const to = join(folder, target.startsWith('/bin/') ? `/usr${target}` : target);
  await mkdir(dirname(to), { recursive: true });
  await copyFile(path, to);
}

/** Which of the two a program takes is told by the name it is called by. */
async function linkIptables(sbin: string): Promise<void> {
  for (const family of ['iptables', 'ip6tables']) {
    for (const action of ['', '-save', '-restore']) {
      await symlink('xtables-nft-multi', join(sbin, `${family}${action}`));
      await symlink('xtables-nft-multi', join(sbin, `${family}-nft${action}`));
      await symlink('xtables-legacy-multi', join(sbin, `${family}-legacy${action}`));
    }
  }
}

/** Everything that busybox can do and nothing else does better. */
async function linkBusybox(folder: string): Promise<void> {
  const names = (await runCommand([busybox, '--list'])).split('\n').filter((name) => name !== '');
  for (const name of names) {
    const taken = ['usr/bin', 'usr/sbin'].some((place) => existsSync(join(folder, place, name)));
    if (!taken) await symlink(basename(busybox), join(folder, 'usr/bin', name));
  }
}
