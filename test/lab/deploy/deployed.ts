import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LabPlaces } from '../lab-places.ts';
import { isMissing } from '../machine/waiting.ts';

/** What is remembered of the product in a lab: how people reach it, and every object that was applied. */
const Deployed = z.object({
  mode: z.enum(['advise', 'remediate']),
  consolePort: z.int(),
  slackPort: z.int(),
  deployment: z.object({
    namespace: z.string(),
    canaryNamespace: z.string(),
    approverToken: z.string(),
    slackControlToken: z.string(),
    slackPort: z.int(),
    objects: z.array(z.looseObject({ kind: z.string(), apiVersion: z.string() })),
  }),
});
export type Deployed = z.infer<typeof Deployed>;

function file(places: LabPlaces): string {
  return join(places.dir, 'deployed.json');
}

/** Null when nothing was deployed. */
export async function readDeployed(places: LabPlaces): Promise<Deployed | null> {
  try {
    return Deployed.parse(JSON.parse(await readFile(file(places), 'utf8')));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** As it is kept in a file. */
export function asDeployed(value: object): Deployed {
  return Deployed.parse(JSON.parse(JSON.stringify(value)));
}

/** Tokens are in it. */
export async function writeDeployed(places: LabPlaces, deployed: Deployed): Promise<void> {
  await writeFile(`${file(places)}.new`, JSON.stringify(deployed), { mode: 0o600 });
  await rename(`${file(places)}.new`, file(places));
}

export async function forgetDeployed(places: LabPlaces): Promise<void> {
  await rm(file(places), { force: true });
}
