import type { LabBuild } from '../build/lab-build.ts';
import type { Lab } from '../lab.ts';
import type { LabPlaces } from '../lab-places.ts';
import { importArchive, keptArchives } from './node-images.ts';
import { runNode } from './run-node.ts';

/**
 * Starts a node of a cluster that runs, as after a reinstallation: an empty disk, the same name. Its old pods would be shown as
 * Ready until it is back, so they are deleted; images that were loaded into the other nodes are loaded into it too.
 */
export async function rejoinNode(
  lab: Lab,
  name: string,
  node: string,
  places: LabPlaces,
  build: LabBuild,
  signal?: AbortSignal,
): Promise<void> {
  const old = ['--field-selector', `spec.nodeName=${node}`, '--force', '--grace-period=0', '--wait=false'];
  await lab.kubectl(['delete', 'pod', '-A', ...old, '--request-timeout=10s'], { timeoutMs: 30_000 });
  await runNode(name, node, places, build, signal);
  for (const archive of await keptArchives(places)) await importArchive(name, node, archive);
}
