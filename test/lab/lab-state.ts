import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { LabPlaces } from './lab-places.ts';
import { isMissing } from './machine/waiting.ts';

/** What is known of a lab from the moment it is begun; who runs what is asked of the machine itself. */
export const LabState = z.object({
  name: z.string(),
  network: z.enum(['vxlan', 'routed']),
  /** On 127.0.0.1, for clients outside of the lab. Null until the forward is there. */
  apiPort: z.int().nullable(),
  /** A restarted node is made of the same. */
  build: z.object({
    binDir: z.string(),
    layersDir: z.string(),
    seedDir: z.string(),
    images: z.object({
      pause: z.string(),
      tools: z.string(),
      coredns: z.string(),
      flannel: z.string(),
      flannelCniPlugin: z.string(),
      netpol: z.string(),
      kubeProxy: z.string(),
      nodeRuntime: z.string(),
    }),
  }),
});
export type LabState = z.infer<typeof LabState>;

/** Null when no lab of that name was begun, or what is left of it cannot be read. */
export async function readState(places: LabPlaces): Promise<LabState | null> {
  try {
    return LabState.safeParse(JSON.parse(await readFile(places.stateFile, 'utf8'))).data ?? null;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

export async function writeState(places: LabPlaces, state: LabState): Promise<void> {
  await mkdir(places.dir, { recursive: true });
  await writeFile(`${places.stateFile}.new`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${places.stateFile}.new`, places.stateFile);
}
