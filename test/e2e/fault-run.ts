import type { IncidentView } from '@pathmedic/shared/contract/console.ts';
import type { CaseRun } from './case.ts';
import { acceptableCauses, titleFor, type Ending, type Expectation } from './expectations/expectation.ts';
import {
  approveInSlack,
  untilAnswered,
  untilClosed,
  untilOpened,
  watchFromNow,
  type Watch,
} from './follow-incident.ts';
import { answerWords, passProblems, type Answer } from './incident-seen.ts';
import { complainOfChanges, complainOfOthers, complainOfSlack, recordIncidents } from './incident-record.ts';
import { waitFor } from './waiting.ts';

/** What differs from the usual course in a hard case. */
export interface FaultRunOptions {
  /** Once the fault is in place. */
  onceBroken?(watch: Watch): Promise<void>;
  /** Once there is an incident. */
  onceOpened?(watch: Watch, id: string): Promise<void>;
  /** Instead of a click in Slack. */
  approve?(watch: Watch, id: string, answer: Answer): Promise<void>;
  /** Before the end is judged. */
  onceClosed?(watch: Watch, id: string): Promise<void>;
}

/** Injects a fault, follows the incident as a person would, and checks everything about it against the expectation. */
export async function runFault(
  run: CaseRun,
  expectation: Expectation,
  options: FaultRunOptions = {},
): Promise<void> {
  const { bed, place } = run;
  const { fault } = expectation;
  const watch = await watchFromNow(bed.product, bed.signal);
  try {
    await bed.faults.inject(fault, place);
    run.story.inPlaceS = since(watch);
    bed.say(`  ${fault} is in place on ${place.node} (peer ${place.peer})`);
    await untilMeasured(run, fault, 'faulty');
    await options.onceBroken?.(watch);
    await followIncident(run, expectation, watch, options);
  } finally {
    // Also when it was interrupted: the lab may be somebody's who keeps it.
    await bed.faults.heal(fault, place);
    await recordIncidents(run, watch).catch(() => undefined);
  }
}

async function followIncident(
  run: CaseRun,
  expectation: Expectation,
  watch: Watch,
  options: FaultRunOptions,
): Promise<void> {
  const { bed, place, story } = run;
  const opened = await untilOpened(watch, expectation.detectedWithinS);
  bed.say(`  +${since(watch)} s incident "${opened.title}"`);
  if (!titleFor(expectation, place).test(opened.title))
    story.problems.push(`the title does not name what is broken: "${opened.title}"`);
  await options.onceOpened?.(watch, opened.id);

  const { answer, view } = await untilAnswered(watch, opened.id, expectation.answeredWithinS);
  judgeCause(run, expectation, view);
  bed.say(`  +${since(watch)} s ${answerWords(answer)}`);
  const ending = endingOf(expectation, answer);
  if (ending === null) throw new Error(`not an ending that is expected: ${answerWords(answer)}`);
  await act(run, expectation, watch, { id: opened.id, answer, options });

  const asked = ending.by === 'plan' ? 'hopeless' : 'fine';
  const closed = await untilClosed(watch, opened.id, expectation.closedWithinS, asked);
  bed.say(`  +${since(watch)} s closed: ${closed.page.closing?.words ?? ''}`);
  await options.onceClosed?.(watch, opened.id);
  await judgeEnd(run, expectation, watch, { closed, ending });
}

function judgeCause({ bed, story }: CaseRun, expectation: Expectation, { page }: IncidentView): void {
  const [first] = page.causes;
  bed.say(`  cause ${first?.id ?? 'none'} (${first?.confidence ?? '-'}): ${first?.summary ?? ''}`);
  const causes: readonly string[] = acceptableCauses(expectation, bed.faults.named(expectation.fault));
  if (!causes.includes(first?.id ?? 'none')) story.problems.push(`the first cause is ${first?.id ?? 'none'}`);
}

/** What a person does: approves the plan, or mends the cluster. */
async function act(
  { bed, place, story }: CaseRun,
  expectation: Expectation,
  watch: Watch,
  given: { id: string; answer: Answer; options: FaultRunOptions },
): Promise<void> {
  const { id, answer, options } = given;
  if (answer.by === 'plan') {
    const approve = options.approve ?? approveInSlack;
    await approve(watch, id, answer);
    bed.say(`  +${since(watch)} s approved`);
    return;
  }
  if (answer.actOn.length === 0)
    story.problems.push('people are asked without being told what they could do');
  await bed.faults.heal(expectation.fault, place);
  bed.say(`  +${since(watch)} s healed by hand`);
}

async function judgeEnd(
  run: CaseRun,
  { fault }: Expectation,
  watch: Watch,
  { closed, ending }: { closed: IncidentView; ending: Ending },
): Promise<void> {
  const { story } = run;
  story.problems.push(...passProblems(closed));
  await complainOfOthers(run, watch, [closed.page.id]);
  await complainOfSlack(run, closed.page.id);
  await untilMeasured(run, fault, 'healthy');
  if (ending.by !== 'plan') {
    await complainOfChanges(run, watch.sinceMs, [], 'none');
    return;
  }
  await complainOfChanges(run, watch.sinceMs, ending.changes, 'at-least-one');
  const steps = closed.page.plan?.steps.length ?? 0;
  if (story.changes.length > steps)
    story.problems.push(`${story.changes.length} changes were made for ${steps} steps`);
}

function endingOf({ endings }: Expectation, answer: Answer): Ending | null {
  return endings.find((e) => e.by === (answer.by === 'plan' ? 'plan' : 'people')) ?? null;
}

function since({ sinceMs }: Watch): number {
  return Math.round((Date.now() - sinceMs) / 1000);
}

const measureWithinMs = 60_000;

/** By the lab's own measurement, which knows nothing of the product; a measurement that failed itself is repeated. */
async function untilMeasured(
  { bed, place, story }: CaseRun,
  fault: string,
  wanted: 'faulty' | 'healthy',
): Promise<void> {
  let last: string[] = [];
  try {
    await waitFor(
      `a measurement that finds it ${wanted}`,
      measureWithinMs,
      async () => {
        const { state, lines } = await bed.faults.measure(fault, place);
        last = [`it is ${state}`, ...lines];
        return state === wanted;
      },
      bed,
    );
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    const words = `the lab's own measurement never found it ${wanted}: ${[seen, ...last].join('\n    ')}`;
    if (wanted === 'faulty') throw new Error(words, { cause: error });
    story.problems.push(words);
  }
}
