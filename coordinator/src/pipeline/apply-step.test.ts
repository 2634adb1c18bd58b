import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test } from 'vitest';
import { digestOf } from '../actions/digest.ts';
import type { PlannedAction } from '../domain/action.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { MutationResult } from '../ports/cluster.ts';
import { applyStep } from './apply-step.ts';
import { corefilePlan } from './incident-story.fixture.ts';

const manager = 'pathmedic-plan-1';
const before: RawObject = {
  metadata: { uid: 'u1', resourceVersion: '7' },
  data: { Corefile: '.:53 {\n  redy\n}\n' },
};
const [planned] = corefilePlan.steps;
if (planned === undefined) throw new Error('a plan of one step');
const step: PlannedAction = { ...planned, digest: digestOf(before, planned.reads) };

/** The write is refused once; `after` is what stands there then. */
async function refusedOnce(after: RawObject) {
  const clock = createVirtualClock();
  const conflict: MutationResult = { ok: false, reason: 'conflict', detail: 'the object has been modified' };
  let writes = 0;
  const cluster = {
    read: async () => ({ ok: true as const, object: writes === 0 ? before : after }),
    mutate: async () => {
      writes += 1;
      return conflict;
    },
  };
  const done = applyStep({ cluster, clock }, step, manager, async () => null, new AbortController().signal);
  await clock.advanceBy(20_000);
  return { outcome: await done, writes };
}

const written = {
  metadata: {
    uid: 'u1',
    resourceVersion: '8',
    managedFields: [{ manager, operation: 'Update' }],
  },
  data: { Corefile: '.:53 {\n  ready\n}\n' },
};

test('a write that is refused because its own first copy came through was carried out', async () => {
  const { outcome, writes } = await refusedOnce(written);
  expect(outcome).toMatchObject({ result: 'applied' });
  expect(writes).toBe(1);
});

test('a write that is refused because of somebody else’s change is not repeated', async () => {
  const theirs = {
    metadata: { ...written.metadata, managedFields: [{ manager: 'kubectl-edit', operation: 'Update' }] },
    data: { Corefile: '.:53 {\n  forward . 1.2.3.4\n}\n' },
  };
  const { outcome, writes } = await refusedOnce(theirs);
  expect(outcome).toMatchObject({ result: 'refused', reason: 'changed' });
  expect(writes).toBe(1);
});
