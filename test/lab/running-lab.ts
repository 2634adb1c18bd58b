import { join } from 'node:path';
import { adminKubeconfig } from './cluster/pki.ts';
import { openApi } from './cluster/api-client.ts';
import { unreadyNodes } from './cluster/readiness.ts';
import type { CommandOptions, Lab } from './lab.ts';
import { controlNode, maxNodes, nodeGroup, nodeName, nodeNamespace, nodeNumber } from './lab-names.ts';
import type { LabPlaces } from './lab-places.ts';
import type { LabState } from './lab-state.ts';
import { limitGroupCpu } from './machine/cgroups.ts';
import { assertInotifyRoom, readInotifyUse } from './machine/inotify-room.ts';
import { plainEnv, runCommand } from './machine/run-command.ts';
import { waitUntil } from './machine/waiting.ts';
import { networkCommand } from './network/lab-network.ts';
import { importArchive, keepArchive } from './nodes/node-images.ts';
import { startProgram, stopProgram } from './nodes/node-programs.ts';
import { rejoinNode } from './nodes/rejoin-node.ts';
import { nodeCommand, nodeInit, removeNode } from './nodes/run-node.ts';

const nodeReadyMs = 120_000;

/** The lab that a state describes, as long as it is up. */
export function runningLab(state: LabState, places: LabPlaces): Lab {
  const { name } = state;
  const lab: Lab = {
    name,
    network: state.network,
    kubeconfigPath: places.kubeconfig,
    binDir: state.build.binDir,
    layersDir: state.build.layersDir,
    nodes: () => runningNodes(name),
    kubectl: (args, options) => kubectl(state, places, args, options),
    on: async (node, argv, options) => runCommand(await nodeCommand(name, node, argv), options),
    async loadImages(archivePath) {
      await keepArchive(places, archivePath);
      await Promise.all((await lab.nodes()).map((node) => importArchive(name, node, archivePath)));
    },
    async stopNode(node) {
      if (node === controlNode)
        throw new Error(`${node} holds the control plane and its data; stop a program of it`);
      await removeNode(name, node, places);
    },
    async startNode(node) {
      if (nodeNumber(node) === null)
        throw new Error(`nodes are called node1 to node${maxNodes}, not ${node}`);
      let sinceMs = 0;
      if ((await nodeInit(name, node)) === null) {
        assertInotifyRoom(await readInotifyUse(), { nodes: 1, controlPlane: false });
        sinceMs = Date.now();
        await rejoinNode(lab, name, node, places, state.build);
      }
      const api = await openApi(places.kubeconfig);
      await waitUntil(`${node} to be Ready`, nodeReadyMs, async () => {
        const unready = unreadyNodes(await api.get('/api/v1/nodes'), [node], sinceMs);
        return unready.length === 0;
      });
    },
    stopProgram: (node, program, how = 'ended') => stopProgram(name, node, program, how),
    startProgram: (node, program) => startProgram(name, node, program),
    limitCpu: async (node, cores) => {
      if ((await nodeInit(name, node)) === null) throw new Error(`${node} does not run`);
      await limitGroupCpu(nodeGroup(name, node), cores);
    },
  };
  return lab;
}

/** In the order of their numbers. */
export async function runningNodes(lab: string): Promise<string[]> {
  const all = Array.from({ length: maxNodes }, (_, i) => nodeName(i + 1));
  const inits = await Promise.all(all.map((node) => nodeInit(lab, node)));
  return all.filter((_, i) => inits[i] !== null);
}

/** kubectl as the cluster's administrator, in the network of the API server's node: it needs no forward. */
export function kubectlCommand(state: LabState, places: LabPlaces, args: readonly string[]): string[] {
  const program = [join(state.build.binDir, 'kubelab'), 'kubectl', '--kubeconfig', adminKubeconfig(places)];
  return networkCommand(nodeNamespace(state.name, controlNode), [...program, ...args]);
}

function kubectl(
  state: LabState,
  places: LabPlaces,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  // kubectl caches what the server offers below HOME; every lab is a server of its own.
  const env = { ...plainEnv, HOME: places.dir };
  return runCommand(kubectlCommand(state, places, args), { ...options, env });
}
