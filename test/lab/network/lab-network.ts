import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { gatewayAddress, nodeAddress, nodePrefixLength } from '../lab-addresses.ts';
import { namespacePath, nodeNamespace, outerNamespace } from '../lab-names.ts';
import { endProcesses, processesInNetwork } from '../machine/processes.ts';
import { runCommand, succeeds } from '../machine/run-command.ts';
import { isMissing } from '../machine/waiting.ts';

/** A bridge in a namespace of its own and nothing else: no way out. Idempotent. */
export async function ensureOuterNetwork(lab: string): Promise<void> {
  const namespace = outerNamespace(lab);
  if (!existsSync(namespacePath(namespace))) await runCommand(['ip', 'netns', 'add', namespace]);
  const ip = (...args: string[]): Promise<string> => runCommand(['ip', '-n', namespace, ...args]);
  await ip('link', 'set', 'lo', 'up');
  // A bridge without an address of its own takes one of its ports', and another one when that node is made anew.
  if (!(await succeeds(['ip', '-n', namespace, 'link', 'show', 'br0'])))
    await ip('link', 'add', 'br0', 'address', hardwareAddress(gatewayAddress), 'type', 'bridge');
  await ip('address', 'replace', `${gatewayAddress}/${nodePrefixLength}`, 'dev', 'br0');
  // What the nodes send each other is no business of this namespace's packet filter.
  await inNetwork(namespace, [
    'sysctl',
    '-qw',
    'net.ipv4.ip_forward=0',
    'net.bridge.bridge-nf-call-iptables=0',
  ]);
  await ip('link', 'set', 'br0', 'up');
}

/** The node's namespace with `eth0`, whose other end is on the bridge. What was there of it goes first. */
export async function makeNodeNetwork(lab: string, node: string): Promise<void> {
  await removeNodeNetwork(lab, node);
  const outer = outerNamespace(lab);
  const namespace = nodeNamespace(lab, node);
  const port = bridgePort(node);
  const ip = (...args: string[]): Promise<string> => runCommand(['ip', '-n', namespace, ...args]);
  await runCommand(['ip', 'netns', 'add', namespace]);
  // A node that is made anew keeps its network card: its peers would send to the old address for half a minute.
  const address = nodeAddress(node);
  const end = ['eth0', 'address', hardwareAddress(address), 'netns', namespace];
  await runCommand(['ip', 'link', 'add', ...end, 'type', 'veth', 'peer', 'name', port, 'netns', outer]);
  await runCommand(['ip', '-n', outer, 'link', 'set', port, 'master', 'br0', 'up']);
  await ip('link', 'set', 'lo', 'up');
  await ip('address', 'add', `${address}/${nodePrefixLength}`, 'dev', 'eth0');
  // Packets have their real size on the wire, so that its MTU matters: veth would pass segments far above it.
  const off = ['tso', 'off', 'gso', 'off', 'gro', 'off'];
  await inNetwork(namespace, ['ethtool', '-K', 'eth0', ...off]);
  await inNetwork(outer, ['ethtool', '-K', port, ...off]);
  await ip('link', 'set', 'eth0', 'up');
  await ip('route', 'add', 'default', 'via', gatewayAddress);
}

export async function removeNodeNetwork(lab: string, node: string): Promise<void> {
  // The pair goes with either end, but with the namespace only some time later.
  await succeeds(['ip', '-n', outerNamespace(lab), 'link', 'delete', bridgePort(node)]);
  await removeNamespace(nodeNamespace(lab, node));
}

/** Every namespace of the lab, and whatever runs in one. */
export async function removeNetwork(lab: string): Promise<void> {
  for (const namespace of await namespacesOf(lab)) await removeNamespace(namespace);
}

/** Names of the network namespaces of a lab that there are. */
export async function namespacesOf(lab: string): Promise<string[]> {
  const outer = outerNamespace(lab);
  const names = await readdir(namespacePath('')).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.filter((name) => name === outer || name.startsWith(`${outer}.`));
}

/** A command with the network of a namespace, and all else as here: `ip netns exec` would hide the cgroups. */
export function networkCommand(namespace: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=${namespacePath(namespace)}`, ...command];
}

function inNetwork(namespace: string, command: readonly string[]): Promise<string> {
  return runCommand(networkCommand(namespace, command));
}

async function removeNamespace(namespace: string): Promise<void> {
  const path = namespacePath(namespace);
  if (!existsSync(path)) return;
  endProcesses(await processesInNetwork([path]));
  await runCommand(['ip', 'netns', 'delete', namespace]);
}

/** At most 15 characters, as any interface. */
function bridgePort(node: string): string {
  return `v-${node}`;
}

/** Locally administered (the 2), and the IPv4 address in it. */
function hardwareAddress(ipv4: string): string {
  const bytes = ipv4.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return `02:00:${bytes.join(':')}`;
}
