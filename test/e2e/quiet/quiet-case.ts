import type { CaseRun, E2eCase } from '../case.ts';
import { incidentsSince, watchFromNow } from '../follow-incident.ts';
import { complainOfChanges, recordIncidents } from '../incident-record.ts';
import { pause, waitFor } from '../waiting.ts';

/** A disturbance that is no fault: nothing may be opened, not for a moment either. */
export interface QuietCase {
  name: string;
  about: string;
  core?: boolean;
  /** Where it is done; default: anywhere. */
  placements?: E2eCase['placements'];
  /** Titles that would be true all the same: what is really gone for long is no false alarm. */
  mayOpen?: RegExp;
  /** How long it is watched afterwards; default 45 s. */
  watchMs?: number;
  disturb(run: CaseRun): Promise<void>;
  /** Undoes what `disturb` left; runs also when it failed. */
  restore?(run: CaseRun): Promise<void>;
}

const defaultWatchMs = 45_000;
const lookEveryMs = 2000;

export function quietCase(quiet: QuietCase): E2eCase {
  return {
    name: quiet.name,
    group: 'quiet',
    about: `${quiet.about}: no incident${quiet.mayOpen === undefined ? '' : ` but ${quiet.mayOpen.source}`}`,
    core: quiet.core === true,
    placements: quiet.placements ?? ['anywhere'],
    subjects: [],
    changes: [],
    run: (run) => runQuiet(run, quiet),
  };
}

async function runQuiet(run: CaseRun, quiet: QuietCase): Promise<void> {
  const { bed, story } = run;
  const watch = await watchFromNow(bed.product, bed.signal);
  const titles = new Set<string>();
  // The coordinator may be away for a moment; what was opened meanwhile shows in the list afterwards.
  const look = async (): Promise<void> => {
    const listed = await incidentsSince(watch).catch(() => []);
    for (const { title } of listed) titles.add(title);
  };
  try {
    await lookWhile(disturbAndRestore(run, quiet), look);
    bed.say('  done; watching');
    await lookWhile(pause(quiet.watchMs ?? defaultWatchMs, bed.signal), look);
    await untilSeeing(run);
    await look();
  } finally {
    await recordIncidents(run, watch).catch(() => undefined);
  }
  for (const { title } of story.incidents) titles.add(title);
  const wrong = [...titles].filter((title) => quiet.mayOpen?.test(title) !== true);
  story.problems.push(...wrong.map((title) => `an incident was opened: "${title}"`));
  await complainOfChanges(run, watch.sinceMs, [], 'none');
}

async function disturbAndRestore(run: CaseRun, quiet: QuietCase): Promise<void> {
  try {
    await quiet.disturb(run);
  } finally {
    await quiet.restore?.(run);
  }
}

async function lookWhile(work: Promise<void>, look: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const settled = work.finally(() => over.abort());
  // Its failure is thrown below, not while a look is under way.
  settled.catch(() => undefined);
  while (!over.signal.aborted) {
    await look();
    await pause(lookEveryMs, over.signal).catch(() => undefined);
  }
  await settled;
}

/** Silence of a product that sees nothing proves nothing. */
async function untilSeeing({ bed }: CaseRun): Promise<void> {
  await waitFor(
    'the product to see the whole network again',
    120_000,
    async () => {
      const { network } = await bed.product.overview();
      if (network !== null && network.silentAgents === 0 && network.pathsHealthy > 0) return true;
      throw new Error(JSON.stringify(network));
    },
    bed,
  );
}
