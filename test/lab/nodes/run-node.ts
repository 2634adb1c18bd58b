import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabBuild } from '../build/lab-build.ts';
import { nodeGroup, nodeNamespace, nodeNumber } from '../lab-names.ts';
import { nodeDir, nodeRoot, type LabPlaces } from '../lab-places.ts';
import { startInBackground } from '../machine/background.ts';
import { endGroup, makeRoomBelow, processesIn } from '../machine/cgroups.ts';
import { readHierarchies } from '../machine/hierarchies.ts';
import { readProcess } from '../machine/processes.ts';
import { GiveUpError, waitUntil } from '../machine/waiting.ts';
import { makeNodeNetwork, networkCommand, removeNodeNetwork } from '../network/lab-network.ts';
import { makeNodeRoot, nodeFiles, removeNodeRoot } from './node-root.ts';

const startMs = 20_000;

/** Starts a node from nothing; what an earlier one of that name left goes first. Resolves when its programs are started. */
export async function runNode(
  lab: string,
  node: string,
  places: LabPlaces,
  build: LabBuild,
  signal?: AbortSignal,
): Promise<void> {
  await removeNode(lab, node, places);
  await makeNodeRoot(lab, node, places, build);
  await makeNodeNetwork(lab, node);
  signal?.throwIfAborted();
  const hierarchies = (await readHierarchies()).map((h) => (h.version === 2 ? 'unified' : h.controllers));
  const namespaces = [
    '--mount',
    '--propagation',
    'private',
    '--pid',
    '--fork',
    '--kill-child',
    '--uts',
    '--ipc',
    '--cgroup',
  ];
  const inside = [
    'bash',
    join(nodeFiles, 'main.sh'),
    nodeRoot(places, node),
    build.binDir,
    nodeFiles,
    ...hierarchies,
  ];
  const init = [join(build.binDir, 'labkit'), 'init', ...inside];
  const console = join(nodeDir(places, node), 'console.log');
  const started = await startInBackground(
    nodeGroup(lab, node),
    networkCommand(nodeNamespace(lab, node), ['unshare', ...namespaces, ...init]),
    console,
  );
  let ended: number | null = null;
  void started.ended.then((exitCode) => (ended = exitCode));
  await waitUntil(`${node} to start`, startMs, async () => {
    if (ended !== null)
      throw new GiveUpError(`${node} ended at once (${ended}): ${await readFile(console, 'utf8')}`);
    return (await nodeInit(lab, node)) !== null;
  });
  await makeRoomBelow(nodeGroup(lab, node));
}

/**
 * The process that is a node's PID 1, as it is numbered here; null when the node does not run. Found among the members of
 * the node's cgroup, so that no file has to be believed.
 */
export async function nodeInit(lab: string, node: string): Promise<number | null> {
  for (const pid of await processesIn(nodeGroup(lab, node), 'alone')) {
    const found = await readProcess(pid);
    // The second namespace is the node's; pods have a third.
    if (found?.pids.length === 2 && found.pids[1] === 1 && found.argv[1] === 'init') return pid;
  }
  return null;
}

/** Ends the node at once and removes all it left on this machine. Nothing to do is fine. */
export async function removeNode(lab: string, node: string, places: LabPlaces): Promise<void> {
  const init = await nodeInit(lab, node);
  // PID 1 first: the kernel ends all below it before any of them could notice that others are gone.
  if (init !== null) process.kill(init, 'SIGKILL');
  await endGroup(nodeGroup(lab, node));
  await removeNodeNetwork(lab, node);
  await removeNodeRoot(places, node);
}

/** A command in all namespaces of a node, with the lab's programs on the path. @throws when the node does not run */
export async function nodeCommand(lab: string, node: string, command: readonly string[]): Promise<string[]> {
  if (nodeNumber(node) === null) throw new Error(`no node of a lab is called ${node}`);
  const init = await nodeInit(lab, node);
  if (init === null) throw new Error(`${node} of the lab ${lab} does not run`);
  const namespaces = ['-m', '-n', '-p', '-u', '-i', '-C'];
  return ['nsenter', '-t', String(init), ...namespaces, '--', 'env', `PATH=${nodePath}`, ...command];
}

const nodePath = '/lab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
