import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabBuild } from '../build/lab-build.ts';
import { dnsServiceAddress, gatewayAddress, nodeAddress, podCidr, serviceCidr } from '../lab-addresses.ts';
import { controlNode } from '../lab-names.ts';
import { nodeDir, nodeRoot, type LabPlaces } from '../lab-places.ts';
import { fillIn } from '../machine/fill-in.ts';
import { linkTree } from '../machine/link-tree.ts';
import { runCommand } from '../machine/run-command.ts';

/** Files that run in nodes; every node sees the folder as /lab/node. */
export const nodeFiles = join(import.meta.dirname, '../node');

const folders = [
  ...['usr', 'proc', 'sys', 'dev', 'run', 'tmp', 'mnt', 'root', 'lab/bin', 'lab/node'],
  ...['etc/kubernetes/pki', 'etc/cni/net.d', 'etc/containerd', 'opt/cni/bin'],
  ...['var/lib/kubelet', 'var/lib/cni', 'var/lib/etcd', 'var/log/lab', 'var/log/pods', 'var/log/containers'],
];
const links = { bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib64: 'usr/lib64' };
const varLinks = { 'var/run': '/run', 'var/lock': '/run/lock', 'var/tmp': '/tmp' };
/** Of the machine, which the node shares the programs of. */
const machineFiles = [
  'passwd',
  'group',
  'nsswitch.conf',
  'ld.so.cache',
  'protocols',
  'services',
  'ethertypes',
];
const cniPlugins = ['bridge', 'host-local', 'loopback', 'portmap'];

/** Makes a node's root filesystem: everything but /usr, which it shares with the machine, and what is mounted. */
export async function makeNodeRoot(
  lab: string,
  node: string,
  places: LabPlaces,
  build: LabBuild,
): Promise<void> {
  const root = nodeRoot(places, node);
  await removeNodeRoot(places, node);
  for (const folder of folders) await mkdir(join(root, folder), { recursive: true });
  for (const [name, target] of Object.entries({ ...links, ...varLinks }))
    await symlink(target, join(root, name));
  await copyMachineFiles(root);
  await writeSettings(lab, node, root, build);
  await copyCertificates(node, root, places);
  for (const plugin of cniPlugins)
    await copyFile(`/usr/lib/cni/${plugin}`, join(root, 'opt/cni/bin', plugin));
  await copySeed(build.seedDir, join(root, 'var/lib/containerd'));
}

export async function removeNodeRoot(places: LabPlaces, node: string): Promise<void> {
  // Should something be mounted below after all, its content is not the lab's.
  await runCommand(['rm', '-rf', '--one-file-system', nodeDir(places, node)]);
}

async function copyMachineFiles(root: string): Promise<void> {
  // Some of them are links, which must lead somewhere in the node too.
  await runCommand(['cp', '-a', '/etc/alternatives', join(root, 'etc')]);
  for (const name of machineFiles) {
    await copyFile(join('/etc', name), join(root, 'etc', name)).catch((error: unknown) => {
      if (name === 'ethertypes' || name === 'protocols' || name === 'services') return;
      throw error;
    });
  }
}

async function writeSettings(lab: string, node: string, root: string, build: LabBuild): Promise<void> {
  const address = nodeAddress(node);
  const settings = {
    NODE: node,
    ADDRESS: address,
    CONTROL_PLANE: node === controlNode ? 'yes' : 'no',
    POD_CIDR: podCidr,
    SERVICE_CIDR: serviceCidr,
  };
  const template = async (name: string): Promise<string> =>
    fillIn(await readFile(join(nodeFiles, name), 'utf8'), {
      NODE: node,
      DNS_ADDRESS: dnsServiceAddress,
      PAUSE_IMAGE: build.images.pause,
    });
  const files = {
    hostname: `${node}\n`,
    hosts: `127.0.0.1 localhost\n${address} ${node}\n`,
    'resolv.conf': `nameserver ${gatewayAddress}\n`,
    'machine-id': `${createHash('sha256').update(`${lab}.${node}`).digest('hex').slice(0, 32)}\n`,
    'lab-node': Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    'containerd/config.toml': await template('containerd.toml'),
    'kubernetes/kubelet.yaml': await template('kubelet.yaml'),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, 'etc', name), content);
}

/** The control plane's node has them all. */
async function copyCertificates(node: string, root: string, places: LabPlaces): Promise<void> {
  const all = await readdir(places.pki);
  const own = all.filter((name) => name === 'ca.crt' || name.startsWith(`kubelet-${node}.`));
  for (const name of node === controlNode ? all : own) {
    await copyFile(join(places.pki, name), join(root, 'etc/kubernetes/pki', name));
  }
}

/** Unpacked layers and blobs are never written to, so hard links will do; databases are. */
async function copySeed(seedDir: string, target: string): Promise<void> {
  await linkTree(seedDir, target);
  const databases = (await readdir(seedDir, { recursive: true })).filter((name) => name.endsWith('.db'));
  for (const name of databases) {
    await runCommand(['cp', '-a', '--remove-destination', join(seedDir, name), join(target, name)]);
  }
}
