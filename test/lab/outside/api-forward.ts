import { join } from 'node:path';
import { apiPort, nodeAddress } from '../lab-addresses.ts';
import { controlNode, namespacePath, nodeNamespace } from '../lab-names.ts';
import type { LabPlaces } from '../lab-places.ts';
import { accepts, freePort } from './free-port.ts';
import { outsideRuns, startOutside } from './outside-program.ts';

const program = 'api-forward';

/**
 * A port on 127.0.0.1 that leads to the API server: connections are dialled from inside of its node's network.
 * @param before the port it had; kept if it still works or is free
 * @returns the port
 */
export async function ensureApiForward(
  lab: string,
  places: LabPlaces,
  binDir: string,
  before: number | null,
): Promise<number> {
  if (before !== null && (await outsideRuns(lab, program)) && (await accepts(before))) return before;
  const port = await freePort(before);
  const target = [namespacePath(nodeNamespace(lab, controlNode)), `${nodeAddress(controlNode)}:${apiPort}`];
  const command = [join(binDir, 'labkit'), 'forward', `127.0.0.1:${port}`, ...target];
  await startOutside(lab, program, places, command, () => accepts(port));
  return port;
}
