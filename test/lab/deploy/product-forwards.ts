import { join } from 'node:path';
import { nodeAddress } from '../lab-addresses.ts';
import { controlNode, namespacePath, nodeNamespace } from '../lab-names.ts';
import type { LabPlaces } from '../lab-places.ts';
import { accepts } from '../outside/free-port.ts';
import { startOutside, stopOutside } from '../outside/outside-program.ts';

const programs = { console: 'console-forward', slack: 'slack-forward' };

/** By the API server and the kubelet, as they are not in the way of most faults; begun again when the pod was replaced. */
export async function forwardConsole(
  lab: string,
  places: LabPlaces,
  binDir: string,
  port: number,
): Promise<void> {
  const kubectl = [join(binDir, 'kubelab'), 'kubectl', '--kubeconfig', places.kubeconfig, '-n', 'pathmedic'];
  const forward = [
    ...kubectl,
    'port-forward',
    'service/pathmedic-coordinator',
    `${port}:8470`,
    '--address=127.0.0.1',
  ];
  const again = ['sh', '-c', 'while :; do "$@"; sleep 1; done', 'sh', ...forward];
  await startOutside(lab, programs.console, places, again, () => accepts(port));
}

/** To the control plane's node, whose own network the stand-in is in. */
export async function forwardSlack(
  lab: string,
  places: LabPlaces,
  binDir: string,
  ports: { here: number; there: number },
): Promise<void> {
  const inside = [
    namespacePath(nodeNamespace(lab, controlNode)),
    `${nodeAddress(controlNode)}:${ports.there}`,
  ];
  const forward = [join(binDir, 'labkit'), 'forward', `127.0.0.1:${ports.here}`, ...inside];
  await startOutside(lab, programs.slack, places, forward, () => accepts(ports.here));
}

export async function endForwards(lab: string): Promise<void> {
  for (const program of Object.values(programs)) await stopOutside(lab, program);
}
