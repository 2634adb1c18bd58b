import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bringUpLocked } from './bring-up.ts';
import { ensureBuilt } from './build/build.ts';
import type { Lab, LabNetwork } from './lab.ts';
import { controlNode, isLabName, labGroup, maxNodes } from './lab-names.ts';
import { labPlaces } from './lab-places.ts';
import { readState } from './lab-state.ts';
import { assertCanRun, thisMachine } from './machine/can-run.ts';
import { endGroup, groupExists, processesIn } from './machine/cgroups.ts';
import { lockLab } from './machine/lab-lock.ts';
import { runCommand } from './machine/run-command.ts';
import { namespacesOf, removeNetwork } from './network/lab-network.ts';
import { nodeInit } from './nodes/run-node.ts';
import { runningLab } from './running-lab.ts';

export interface BringUpOptions {
  /** Lower-case letters, digits and dashes. Labs of different names run beside each other. */
  name: string;
  /** The control plane's node counts. A lab that is up gets the nodes that it lacks; none is taken away. */
  nodes: number;
  network: LabNetwork;
}

/** The lab of that name, or null when none is up. */
export async function openLab(name: string): Promise<Lab | null> {
  const places = labPlaces(name);
  const state = await readState(places);
  if (state === null || (await nodeInit(name, controlNode)) === null) return null;
  return runningLab(state, places);
}

/**
 * Brings a lab up, or repairs one that is up and adds nodes; resolves when all of it is ready. When that fails, or
 * `signal` is aborted, a lab that was not up before is taken down again, and the call rejects.
 * @throws CannotBuildError when this machine lacks something, with what to do; LabBusyError
 */
export async function bringUp(
  options: BringUpOptions,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Lab> {
  const { name, nodes } = options;
  assertCanRun(await thisMachine());
  if (!isLabName(name))
    throw new Error(`${name} cannot be a lab's name: letters, digits and dashes, at most 20`);
  if (nodes < 1 || nodes > maxNodes) throw new Error(`a lab has 1 to ${maxNodes} nodes`);
  const lock = await lockLab(name);
  try {
    const build = () => ensureBuilt({ say, ...(signal === undefined ? {} : { signal }) });
    const wasUp = (await openLab(name)) !== null;
    if (!wasUp) await assertNobodyElses(name);
    // Without a control plane there is nothing to repair: what is left is in the way.
    if (!wasUp && (await removeAll(name))) say(`removed what was left of an earlier lab ${name}`);
    try {
      return await bringUpLocked(options, build, say, signal);
    } catch (error) {
      if (!wasUp && (await removeAll(name))) say(`what there was of the lab ${name} is removed`);
      throw error;
    }
  } finally {
    await lock.release();
  }
}

/** Ends everything of the lab and removes what it left, also when only remains of it are there. False: there was nothing. */
export async function takeDown(name: string): Promise<boolean> {
  const lock = await lockLab(name);
  try {
    return await removeAll(name);
  } finally {
    await lock.release();
  }
}

/** What is known to another state folder only would be ended by what is about to be done. */
async function assertNobodyElses(name: string): Promise<void> {
  if (existsSync(labPlaces(name).dir) || (await processesIn(labGroup(name), 'and below')).length === 0)
    return;
  throw new Error(
    `a lab ${name} runs on this machine that ${labPlaces(name).dir} knows nothing of: use another --name, or the ` +
      `PATHMEDIC_LAB_STATE that it was made with; down ends it in any case`,
  );
}

async function removeAll(name: string): Promise<boolean> {
  const places = labPlaces(name);
  const something =
    existsSync(places.dir) || (await groupExists(labGroup(name))) || (await namespacesOf(name)).length > 0;
  if (!something) return false;
  // The kernel ends a node with its PID 1, at once; the group holds it and everything else.
  await endGroup(labGroup(name));
  await removeNetwork(name);
  await runCommand(['rm', '-rf', '--one-file-system', places.dir]);
  // The last lab takes the folder of labs along.
  await rmdir(dirname(places.dir)).catch(() => undefined);
  return true;
}
