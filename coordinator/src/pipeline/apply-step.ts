import { sleep, type Clock } from '@pathmedic/shared/runtime/clock.ts';
import { digestOf } from '../actions/digest.ts';
import { tookEffect } from '../actions/catalogue.ts';
import type { PlannedAction } from '../domain/action.ts';
import type { StepResult } from '../domain/incident-event.ts';
import { formatRef } from '../domain/object-ref.ts';
import { resourceVersionOf, type RawObject } from '../domain/raw-object.ts';
import type { Cluster, MutationResult } from '../ports/cluster.ts';
import { recentPlanWrite, recentWriteSentence } from './recent-write.ts';

const maxAttempts = 3;
const looks = 3;
const lookEveryMs = 2000;

interface ApplyDeps {
  cluster: Pick<Cluster, 'read' | 'mutate'>;
  clock: Clock;
}

/** Asked before every write; anything but null stops the step with that result. */
export type Guard = (attempt: number) => Promise<Extract<StepResult, { result: 'refused' }> | null>;

/**
 * One step of an approved plan: re-read, compare the digest with what was approved, see that no other plan has just
 * written it, write with the fresh resourceVersion. A refused write whose digest is unchanged is tried at most three times; an answer that does not tell
 * is never followed by another write, only by looking, which may go on until `lookSignal` aborts.
 */
export async function applyStep(
  deps: ApplyDeps,
  step: PlannedAction,
  fieldManager: string,
  guard: Guard,
  signal: AbortSignal,
  lookSignal: AbortSignal = signal,
): Promise<StepResult> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const stopped = await guard(attempt);
    if (stopped !== null) return stopped;
    const fresh = await readApproved(deps, step, fieldManager);
    if (!fresh.ok)
      return attempt === 1 ? fresh.result : afterRefusal(deps, step, fieldManager, lookSignal, fresh.result);
    const written = await deps.cluster.mutate(step.mutation, {
      fieldManager,
      dryRun: false,
      resourceVersion: resourceVersionOf(fresh.object),
      signal,
    });
    const result = judgeWrite(written, step);
    if (result === 'retry') continue;
    return result === 'look'
      ? (await resolveByLooking(deps, step, fieldManager, lookSignal)).outcome
      : result;
  }
  return refused(
    'conflict',
    `${formatRef(step.mutation.target)} was written by others ${maxAttempts} times in a row.`,
  );
}

/**
 * The target is another one after a write was refused: a request that was sent twice on the way is refused for what its own
 * first copy did. So `refused` is only the answer where the object tells that the write was not this plan's.
 */
async function afterRefusal(
  deps: ApplyDeps,
  step: PlannedAction,
  fieldManager: string,
  signal: AbortSignal,
  result: StepResult,
): Promise<StepResult> {
  const notOurs = result.result === 'refused' && result.reason !== 'changed' && result.reason !== 'gone';
  if (notOurs) return result;
  const seen = await resolveByLooking(deps, step, fieldManager, signal);
  return seen.effect === 'no' ? result : seen.outcome;
}

async function readApproved(
  deps: ApplyDeps,
  step: PlannedAction,
  fieldManager: string,
): Promise<{ ok: true; object: RawObject } | { ok: false; result: StepResult }> {
  const target = step.mutation.target;
  const read = await deps.cluster.read(target);
  if (!read.ok) {
    if (read.reason === 'not-found')
      return { ok: false, result: refused('gone', `${formatRef(target)} does not exist any more.`) };
    const reason = read.reason === 'forbidden' ? 'forbidden' : 'cluster-unreachable';
    return { ok: false, result: refused(reason, `${formatRef(target)} could not be read: ${read.detail}`) };
  }
  if (digestOf(read.object, step.reads) !== step.digest) {
    const detail = `${formatRef(target)} is not as it was when the plan was approved; nothing was changed.`;
    return { ok: false, result: refused('changed', detail) };
  }
  const nowMs = deps.clock.nowMs();
  const recent = recentPlanWrite(read.object, target, fieldManager, nowMs);
  if (recent !== null)
    return { ok: false, result: refused('rate-limited', recentWriteSentence(target, recent, nowMs)) };
  return { ok: true, object: read.object };
}

function judgeWrite(written: MutationResult, step: PlannedAction): StepResult | 'retry' | 'look' {
  if (written.ok) {
    // Of a deleted pod it says nothing.
    const { generation: number } = written;
    const generation = number === null || step.mutation.verb === 'delete' ? '' : ` (generation ${number})`;
    return { result: 'applied', detail: `${step.title}${generation}`.slice(0, 400) };
  }
  switch (written.reason) {
    case 'conflict':
    case 'test-failed':
    case 'throttled':
      return 'retry';
    case 'not-found':
      // It was read a moment ago: a deletion that was sent twice on the way finds nothing the second time.
      return step.mutation.verb === 'delete' ? 'look' : refused('gone', written.detail);
    case 'forbidden':
      return refused('forbidden', written.detail);
    case 'invalid':
      return refused('rejected-by-api', written.detail);
    case 'ambiguous':
      return 'look';
  }
}

/** What a target shows of a step; `words` continue a sentence. */
export interface Seen {
  effect: 'yes' | 'no' | 'cannot-tell';
  words: string;
  /** The outcome of a write that was sent: `applied` or `unknown`. */
  outcome: StepResult;
}

/** Did the mutation take effect? Reads the target a few times; never writes. */
export async function resolveByLooking(
  deps: ApplyDeps,
  step: PlannedAction,
  fieldManager: string,
  signal: AbortSignal,
): Promise<Seen> {
  let words = 'the API server did not answer';
  let effect: Seen['effect'] = 'cannot-tell';
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await sleep(deps.clock, lookEveryMs, signal);
    const read = await deps.cluster.read(step.mutation.target);
    if (!read.ok && read.reason !== 'not-found') continue;
    const object = read.ok ? read.object : null;
    effect = tookEffect(step, object, fieldManager);
    if (effect === 'yes') {
      const detail = `${step.title}; the answer was lost, the object shows the change`.slice(0, 400);
      return { effect, words: 'the object shows the change', outcome: { result: 'applied', detail } };
    }
    words = effect === 'no' ? 'the object does not show the change' : 'the object does not tell';
  }
  const detail = `The write got no clear answer, and ${words}.`;
  return { effect, words, outcome: { result: 'unknown', detail } };
}

function refused(
  reason: Extract<StepResult, { result: 'refused' }>['reason'],
  detail: string,
): Extract<StepResult, { result: 'refused' }> {
  return { result: 'refused', reason, detail: detail.slice(0, 400) };
}
