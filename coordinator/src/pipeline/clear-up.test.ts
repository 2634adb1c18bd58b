import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { EventBody, StepResult } from '../domain/incident-event.ts';
import type { Actor } from '../domain/principal.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { clearUp } from './clear-up.ts';
import { executeIncident } from './execute.ts';
import type { ExecutorDeps } from './executor-deps.ts';
import { fieldManagerOf } from './field-manager.ts';
import { ana, corefilePlan, untilCard, type Story } from './incident-story.fixture.ts';

const proposalId = corefilePlan.id;
const executor: Actor = { type: 'pathmedic', role: 'executor' };
const never = (): Promise<never> => Promise.reject(new Error('not asked here'));

function createDeps(over: Partial<ExecutorDeps['store']> = {}): ExecutorDeps {
  const store = {
    nowMs: never,
    open: never,
    append: never,
    load: never,
    eventsAfter: never,
    subscribe: never,
    findByScope: never,
    findRecentlyClosed: never,
    list: never,
    due: never,
    defer: never,
    outboxPending: never,
    outboxOf: never,
    outboxDelivered: never,
    postedMessage: never,
    findByMessage: never,
    pause: never,
    setPause: never,
    epoch: never,
    ...over,
  };
  const claims = {
    claimPlan: never,
    findClaim: never,
    acquireMutex: never,
    releaseMutex: never,
    readEpoch: never,
    writeEpoch: never,
  };
  return {
    store,
    cluster: { read: never, mutate: never },
    claims,
    queue: { wake: async () => undefined },
    clock: createVirtualClock(),
    executorId: 'executor-2',
    newId: () => 'id',
    checkApproval: () => null,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
}

/** An executor that recorded how its write ended, and then was gone. */
function left(outcome: StepResult): Story {
  return untilCard()
    .tell({ type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) }, ana)
    .tell({ type: 'execution-requested', proposalId })
    .tell({ type: 'execution-claimed', proposalId, executor: 'executor-1/x' }, executor)
    .tell({ type: 'step-intended', proposalId, step: 0, attempt: 1 }, executor)
    .tell({ type: 'step-ended', proposalId, step: 0, outcome }, executor);
}

async function cleared(story: Story, target: RawObject = {}): Promise<EventBody[]> {
  const bodies: EventBody[] = [];
  const record = async (body: EventBody): Promise<void> => void bodies.push(body);
  const clock = createVirtualClock();
  const deps = { ...createDeps(), clock };
  deps.cluster = { ...deps.cluster, read: async () => ({ ok: true, object: target }) };
  const done = clearUp(deps, story.incident(), corefilePlan, record, new AbortController().signal);
  await clock.advanceBy(30_000);
  await done;
  return bodies;
}

test('a write that may have happened is never called not started, whoever clears up', async () => {
  const bodies = await cleared(left({ result: 'unknown', detail: 'no clear answer' }));
  expect(bodies).toEqual([
    { type: 'execution-ended', proposalId, result: 'unknown', detail: 'no clear answer' },
  ]);
});

test('a refusal that was recorded stays the reason', async () => {
  const bodies = await cleared(left({ result: 'refused', reason: 'changed', detail: 'not as approved' }));
  expect(bodies).toEqual([
    { type: 'execution-ended', proposalId, result: 'not-started', detail: 'not as approved' },
  ]);
});

test('an executor that ends its part late does not open what a person has closed', () => {
  const story = left({ result: 'applied', detail: '' })
    .tell({ type: 'closed', how: 'by-person', summary: '', auditHead: 'd'.repeat(64) }, ana)
    .tell({ type: 'execution-ended', proposalId, result: 'done', detail: 'Done.' }, executor);
  expect(story.incident()).toMatchObject({ phase: 'closed', execution: { status: { at: 'ended' } } });
});

test('a due time that is left where the executor has nothing to do is taken away', async () => {
  const story = untilCard();
  const deferred: unknown[] = [];
  const deps = createDeps({
    load: async () => ({ incident: story.incident(), events: story.events }),
    defer: async (...args) => void deferred.push(args),
  });
  await executeIncident(deps, 'inc-1', new AbortController().signal);
  expect(deferred).toEqual([['inc-1', 'executor', null, story.incident().length]]);
});

test('a claimed plan without intents is never called not started: it was done if the target shows it, else it is unknown', async () => {
  const claimed = untilCard()
    .tell({ type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) }, ana)
    .tell({ type: 'execution-requested', proposalId })
    .tell({ type: 'execution-claimed', proposalId, executor: 'executor-1/x' }, executor);
  const ending = async (target: RawObject) => (await cleared(claimed, target)).at(-1);
  const data = { Corefile: 'as before' };
  expect(await ending({ metadata: { uid: 'u1' }, data })).toMatchObject({ result: 'unknown' });
  const managedFields = [{ manager: fieldManagerOf(proposalId), operation: 'Update' }];
  expect(await ending({ metadata: { uid: 'u1', managedFields }, data })).toMatchObject({ result: 'done' });
});
