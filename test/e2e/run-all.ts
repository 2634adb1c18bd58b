import type { CaseRun } from './case.ts';
import { keepEvidence } from './keep-evidence.ts';
import { nextRun, rewriteAfterMs, type MadeChange } from './next-run.ts';
import { ownMutations, mutationWords } from './own-mutations.ts';
import { choosePlace, coordinatorNode } from './places.ts';
import { runName, type PlannedRun } from './select-runs.ts';
import type { Stage } from './stage.ts';
import { failureText } from './story-text.ts';
import { untoldStory, type Story } from './story.ts';
import { pause } from './waiting.ts';

export interface RunAllOptions {
  outputDir: string;
  say(line: string): void;
  signal: AbortSignal;
  /** After each run. */
  told(story: Story): Promise<void>;
}

/** What happened in the lab that the next run has to know of. */
interface Memory {
  subjects: Set<string>;
  changes: MadeChange[];
}

/** Runs one after the other, each from a quiet lab; a new lab between the halves, so that neither suffers from the other. */
export async function runAll(
  stage: Stage,
  runs: readonly PlannedRun[],
  options: RunAllOptions,
): Promise<Story[]> {
  const stories: Story[] = [];
  const memory: Memory = { subjects: new Set(), changes: [] };
  // A lab that is kept may have been worked in just now.
  await remember(stage, memory, Date.now() - rewriteAfterMs);
  const halves = [
    runs.filter((r) => r.placement !== 'with-coordinator'),
    runs.filter((r) => r.placement === 'with-coordinator'),
  ].filter((half) => half.length > 0);
  for (const [i, half] of halves.entries()) {
    if (i > 0 && !options.signal.aborted) await renew(stage, memory);
    stories.push(...(await runHalf(stage, half, memory, options)));
  }
  return stories;
}

async function runHalf(
  stage: Stage,
  half: readonly PlannedRun[],
  memory: Memory,
  options: RunAllOptions,
): Promise<Story[]> {
  const { say, signal } = options;
  const stories: Story[] = [];
  let left = [...half];
  for (;;) {
    const next = signal.aborted ? null : nextRun(left, memory.changes, Date.now());
    if (next === null) break;
    if (next.do === 'wait') {
      const ms = next.untilMs - Date.now();
      say(`waiting ${Math.round(ms / 1000)} s: ${next.run.e2eCase.name} changes what was changed before`);
      await pause(ms, signal).catch(() => undefined);
      continue;
    }
    left = left.filter((run) => run !== next.run);
    const story = await runOne(stage, next.run, memory, options);
    stories.push(story);
    await options.told(story);
    if (left.length > 0 && !signal.aborted) await calmDown(stage, memory, options);
  }
  return [...stories, ...left.map((run) => untold(run))];
}

async function runOne(
  stage: Stage,
  planned: PlannedRun,
  memory: Memory,
  { outputDir, say, signal }: RunAllOptions,
): Promise<Story> {
  const { e2eCase, placement } = planned;
  const story = untold(planned);
  const startedMs = Date.now();
  say(runName(planned));
  try {
    await freshFor(stage, e2eCase.subjects, memory);
    const bed = stage.bed();
    const place = choosePlace(await bed.lab.nodes(), await coordinatorNode(bed), placement);
    const run: CaseRun = { bed, place, story };
    await e2eCase.run(run);
  } catch (error) {
    story.problems.push(error instanceof Error ? error.message : String(error));
  }
  // Interrupted is neither: it was not seen to its end.
  if (!signal.aborted) story.result = story.problems.length === 0 ? 'passed' : 'failed';
  story.tookS = Math.round((Date.now() - startedMs) / 1000);
  await remember(stage, memory, startedMs).catch(() => undefined);
  await keepEvidence(stage.bed(), outputDir, story, startedMs).catch((error: unknown) =>
    say(`its evidence could not be kept: ${String(error)}`),
  );
  say(
    story.result === 'failed'
      ? `FAIL ${runName(planned)}, ${story.tookS} s\n${failureText(story)}`
      : `${story.result} ${runName(planned)}, ${story.tookS} s`,
  );
  return story;
}

function untold({ e2eCase, placement }: PlannedRun): Story {
  return untoldStory(e2eCase.name, placement, e2eCase.about);
}

/** An incident about the same would be the old one, opened again. */
async function freshFor(stage: Stage, subjects: readonly string[], memory: Memory): Promise<void> {
  if (subjects.some((subject) => memory.subjects.has(subject))) {
    await stage.startAfresh();
    memory.subjects.clear();
  }
  for (const subject of subjects) memory.subjects.add(subject);
}

async function remember(stage: Stage, memory: Memory, sinceMs: number): Promise<void> {
  const { lab, deployment } = stage.bed();
  const made = await ownMutations(lab, [deployment.namespace], sinceMs);
  memory.changes.push(...made.map((m) => ({ words: mutationWords(m), atMs: m.atMs })));
}

async function renew(stage: Stage, memory: Memory): Promise<void> {
  const now = await stage.renew();
  memory.subjects.clear();
  if (now === 'new-lab') memory.changes.length = 0;
}

/** The next case begins in a lab where nothing is wrong: waited for, or else made. */
async function calmDown(stage: Stage, memory: Memory, { say, signal }: RunAllOptions): Promise<void> {
  const attempts = [() => stage.untilQuiet(), () => stage.startAfresh(), () => renew(stage, memory)];
  for (const [i, attempt] of attempts.entries()) {
    try {
      await attempt();
      if (i > 0) memory.subjects.clear();
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (i === attempts.length - 1) throw error;
      say(`the lab does not calm down: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
