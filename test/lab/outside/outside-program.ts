import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programGroup } from '../lab-names.ts';
import type { LabPlaces } from '../lab-places.ts';
import { startInBackground } from '../machine/background.ts';
import { endGroup, processesIn } from '../machine/cgroups.ts';
import { GiveUpError, waitUntil } from '../machine/waiting.ts';

/** Programs of the lab that run beside its nodes. Each has a cgroup, by which it is found. */
export async function outsideRuns(lab: string, program: string): Promise<boolean> {
  return (await processesIn(programGroup(lab, program), 'and below')).length > 0;
}

/** Starts it, and waits until it is `ready`; whatever runs of that name is ended first. */
export async function startOutside(
  lab: string,
  program: string,
  places: LabPlaces,
  command: readonly string[],
  ready: () => Promise<boolean>,
): Promise<void> {
  await stopOutside(lab, program);
  await mkdir(places.logs, { recursive: true });
  const logFile = join(places.logs, `${program}.log`);
  const { ended } = await startInBackground(programGroup(lab, program), command, logFile);
  let exitCode: number | null = null;
  void ended.then((code) => (exitCode = code));
  await waitUntil(`${program} to start`, 20_000, async () => {
    if (exitCode !== null)
      throw new GiveUpError(`${program} ended (${exitCode}): ${await readFile(logFile, 'utf8')}`);
    return ready();
  });
}

export async function stopOutside(lab: string, program: string): Promise<void> {
  await endGroup(programGroup(lab, program));
}
