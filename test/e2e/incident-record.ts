import type { CaseRun } from './case.ts';
import { incidentsSince, type Watch } from './follow-incident.ts';
import { seenIncident } from './incident-seen.ts';
import { mutationWords, ownMutations } from './own-mutations.ts';
import { slackProblems } from './slack-thread.ts';
import { waitFor } from './waiting.ts';

const slackWithinMs = 30_000;

/** Writes into the story what has become of every incident since the watch began. */
export async function recordIncidents({ story }: CaseRun, watch: Watch): Promise<void> {
  const { product, sinceMs } = watch;
  const listed = await incidentsSince(watch);
  const views = await Promise.all(listed.map(({ id }) => product.incident(id)));
  story.incidents = views.map((view) => seenIncident(view, sinceMs)).toReversed();
}

/** One underlying fault opens one incident: complains of every other one. */
export async function complainOfOthers(
  { story }: CaseRun,
  watch: Watch,
  own: readonly string[],
): Promise<void> {
  for (const other of (await incidentsSince(watch)).filter((i) => !own.includes(i.id)))
    story.problems.push(`a further incident was opened: "${other.title}"`);
}

/** Slack has to say the same in the end. */
export async function complainOfSlack({ bed, story }: CaseRun, id: string): Promise<void> {
  let problems: string[] = [];
  await waitFor(
    'Slack to catch up',
    slackWithinMs,
    async () => {
      problems = slackProblems(await bed.product.channel(), id);
      return problems.length === 0;
    },
    bed,
  ).catch(() => story.problems.push(...problems));
}

/**
 * Every change of our identities must be one that the plan may make; notes all of them. `at-least-one`: a plan was carried
 * out, so the log has to hold something.
 */
export async function complainOfChanges(
  { bed, story }: CaseRun,
  sinceMs: number,
  allowed: readonly RegExp[],
  expected: 'none' | 'at-least-one' | 'any',
): Promise<void> {
  const { namespace, canaryNamespace } = bed.deployment;
  const made = (await ownMutations(bed.lab, [namespace, canaryNamespace], sinceMs)).map(mutationWords);
  story.changes = made;
  const stray = made.filter((m) => expected === 'none' || !allowed.some((pattern) => pattern.test(m)));
  story.problems.push(...stray.map((m) => `a change outside of the plan: ${m}`));
  if (expected === 'at-least-one' && made.length === 0)
    story.problems.push('the audit log holds no change at all');
}
