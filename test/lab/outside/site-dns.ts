import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gatewayAddress } from '../lab-addresses.ts';
import { outerNamespace } from '../lab-names.ts';
import type { LabPlaces } from '../lab-places.ts';
import { fillIn } from '../machine/fill-in.ts';
import { networkCommand } from '../network/lab-network.ts';
import { outsideRuns, startOutside } from './outside-program.ts';

const program = 'site-dns';

/** The name server of the site that the cluster stands at: a CoreDNS on the bridge. Idempotent. */
export async function ensureSiteDns(lab: string, places: LabPlaces, binDir: string): Promise<void> {
  if (await outsideRuns(lab, program)) return;
  const template = await readFile(join(import.meta.dirname, 'Corefile'), 'utf8');
  const file = join(places.dir, 'site-dns.Corefile');
  await writeFile(file, fillIn(template, { GATEWAY: gatewayAddress }));
  const command = networkCommand(outerNamespace(lab), [join(binDir, 'coredns'), '-conf', file]);
  await startOutside(lab, program, places, command, () => outsideRuns(lab, program));
}
