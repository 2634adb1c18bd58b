import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiServiceAddress, nodeAddress } from '../lab-addresses.ts';
import { maxNodes, nodeName } from '../lab-names.ts';
import type { LabPlaces } from '../lab-places.ts';
import { plainEnv, runCommand } from '../machine/run-command.ts';
import { readKubeconfig } from './kubeconfig.ts';

/** A CA of the lab's own, and certificates for as many nodes as it may get. What is there stays. */
export async function ensurePki(places: LabPlaces, binDir: string): Promise<void> {
  await mkdir(places.pki, { recursive: true, mode: 0o700 });
  const nodes = Array.from({ length: maxNodes }, (_, i) => nodeName(i + 1));
  await runCommand(
    [join(binDir, 'labkit'), 'pki', places.pki, ...nodes.map((node) => `${node}=${nodeAddress(node)}`)],
    { env: { ...plainEnv, SERVICE_FIRST_IP: apiServiceAddress } },
  );
}

/** For nodes and for `kubectl` inside of the lab's network. */
export function adminKubeconfig(places: LabPlaces): string {
  return join(places.pki, 'admin.kubeconfig');
}

/** The administrator's kubeconfig with another address of the API server: the forward's. */
export async function writeOutsideKubeconfig(places: LabPlaces, apiPort: number): Promise<void> {
  const config = await readKubeconfig(adminKubeconfig(places));
  for (const { cluster } of config.clusters) cluster.server = `https://127.0.0.1:${apiPort}`;
  await writeFile(places.kubeconfig, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}
