import { openApi, type ApiClient } from './cluster/api-client.ts';
import { labWorkloads, manifestText, networkManifests, workloadManifests } from './cluster/manifests.ts';
import { ensurePki, writeOutsideKubeconfig } from './cluster/pki.ts';
import { unreadyNodes, unreadyWorkloads } from './cluster/readiness.ts';
import type { LabBuild } from './build/lab-build.ts';
import type { Lab } from './lab.ts';
import { controlNode, nodeGroup, nodeName } from './lab-names.ts';
import { labPlaces, type LabPlaces } from './lab-places.ts';
import { readState, writeState, type LabState } from './lab-state.ts';
import { limitGroupCpu, makeRoomBelow } from './machine/cgroups.ts';
import { assertInotifyRoom, readInotifyUse } from './machine/inotify-room.ts';
import { progress } from './machine/progress.ts';
import { waitUntil } from './machine/waiting.ts';
import { ensureOuterNetwork } from './network/lab-network.ts';
import { programsThatNodeHas, startProgram } from './nodes/node-programs.ts';
import { rejoinNode } from './nodes/rejoin-node.ts';
import { runNode } from './nodes/run-node.ts';
import type { BringUpOptions } from './open-lab.ts';
import { ensureApiForward } from './outside/api-forward.ts';
import { ensureSiteDns } from './outside/site-dns.ts';
import { makeOwnBuild } from './own-build.ts';
import { runningLab, runningNodes } from './running-lab.ts';

const apiMs = 120_000;
const readyMs = 180_000;

type Say = (line: string) => void;

/**
 * Brings up what is not there, step by step; each step leaves alone what is in order.
 * @param build asked for only when the lab is new: one that is up stays of what it is
 */
export async function bringUpLocked(
  options: BringUpOptions,
  build: () => Promise<LabBuild>,
  say: Say,
  signal?: AbortSignal,
): Promise<Lab> {
  const places = labPlaces(options.name);
  const state = await beginState(options, build, places);
  await ensureOuterNetwork(state.name);
  await ensureSiteDns(state.name, places, state.build.binDir);
  await ensurePki(places, state.build.binDir);

  const running = await runningNodes(state.name);
  const wanted = Array.from({ length: options.nodes }, (_, i) => nodeName(i + 1));
  const missing = wanted.filter((node) => !running.includes(node));
  if (missing.length > 0) {
    const controlPlane = missing.includes(controlNode);
    assertInotifyRoom(await readInotifyUse(), { nodes: missing.length, controlPlane });
  }
  await together(running.map((node) => wake(state.name, node)));
  const start = async (node: string, run: typeof runNode): Promise<void> => {
    await run(state.name, node, places, state.build, signal);
    say(`${node} started`);
  };
  const sinceMs = Date.now();
  // The control plane's needs the time: it begins first, and works while the others are made.
  if (missing.includes(controlNode)) await start(controlNode, runNode);
  const api = ensureApi(state, places, say, signal);
  const lab = runningLab(state, places);
  const others = missing.filter((node) => node !== controlNode);
  if (running.includes(controlNode)) {
    await api;
    await together(others.map((node) => start(node, (...given) => rejoinNode(lab, ...given))));
  } else {
    await together([api, ...others.map((node) => start(node, runNode))]);
  }
  await becomeReady(lab, state, await api, { running, missing, sinceMs }, say, signal);
  return lab;
}

/** Undoes what was done to a node's programs and CPU time, and does what was left of its start. */
async function wake(lab: string, node: string): Promise<void> {
  await makeRoomBelow(nodeGroup(lab, node));
  await limitGroupCpu(nodeGroup(lab, node), null);
  for (const program of programsThatNodeHas(node)) await startProgram(lab, node, program);
}

async function becomeReady(
  lab: Lab,
  state: LabState,
  api: ApiClient,
  { running, missing, sinceMs }: { running: readonly string[]; missing: readonly string[]; sinceMs: number },
  say: Say,
  signal?: AbortSignal,
): Promise<void> {
  const options = { everyMs: 250, ...(signal === undefined ? {} : { signal }) };
  const { network, build } = state;
  const tell = progress(say);
  const nodes = [...running, ...missing];
  const untilNone = (what: string, unready: () => Promise<string[]>): Promise<void> => {
    const look = async (): Promise<boolean> => {
      const left = (await unready()).join(', ');
      if (left === '') return true;
      tell(left);
      throw new Error(left);
    };
    return waitUntil(what, readyMs, look, options);
  };
  const apply = async (files: readonly string[]): Promise<void> => {
    await lab.kubectl(['apply', '-f', '-'], { input: await manifestText(files, network, build.images) });
  };
  await apply(networkManifests);
  await untilNone('nodes to be Ready', async () => {
    const answer = await api.get('/api/v1/nodes');
    return [...unreadyNodes(answer, running), ...unreadyNodes(answer, missing, sinceMs)];
  });
  say(`${nodes.join(', ')} Ready`);
  await lab.kubectl(['label', 'node', controlNode, 'node-role.kubernetes.io/control-plane=', '--overwrite']);
  await apply(workloadManifests);
  await untilNone('everything to be rolled out', async () => {
    const kinds = ['daemonsets', 'deployments'];
    const lists = await Promise.all(kinds.map((kind) => api.get(`/apis/apps/v1/${kind}`)));
    return lists.flatMap((list) => unreadyWorkloads(list, labWorkloads, nodes.length));
  });
  say('everything is ready');
}

/** The way to the API server from outside, once it answers. */
async function ensureApi(
  state: LabState,
  places: LabPlaces,
  say: Say,
  signal?: AbortSignal,
): Promise<ApiClient> {
  const port = await ensureApiForward(state.name, places, state.build.binDir, state.apiPort);
  await writeOutsideKubeconfig(places, port);
  await writeState(places, { ...state, apiPort: port });
  const api = await openApi(places.kubeconfig);
  const options = { everyMs: 250, ...(signal === undefined ? {} : { signal }) };
  await waitUntil('the API server', apiMs, async () => (await api.get('/readyz')) === 'ok', options);
  say('the API server is ready');
  return api;
}

/** Waits for all of them, also when one fails: nothing may go on behind the back of who cleans up. */
async function together(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function beginState(
  options: BringUpOptions,
  build: () => Promise<LabBuild>,
  places: LabPlaces,
): Promise<LabState> {
  const before = await readState(places);
  if (before !== null && before.network !== options.network) {
    throw new Error(`the lab ${options.name} is up with --network ${before.network}; take it down first`);
  }
  if (before !== null) return before;
  const { name, network } = options;
  const state = { name, network, apiPort: null, build: await makeOwnBuild(await build(), places) };
  await writeState(places, state);
  return state;
}
