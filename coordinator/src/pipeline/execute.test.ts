import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test } from 'vitest';
import { digestOf } from '../actions/digest.ts';
import { planHash } from '../actions/plan-hash.ts';
import type { Proposal } from '../domain/proposal.ts';
import { createMemoryStore } from '../sensing/memory-store.fixture.ts';
import { executeIncident } from './execute.ts';
import type { ExecutorDeps } from './executor-deps.ts';
import { corefilePlan, dnsSymptom } from './incident-story.fixture.ts';

const proposalId = corefilePlan.id;
const object = { metadata: { uid: 'u1', resourceVersion: '7' }, data: { Corefile: '.:53 {\n  redy\n}\n' } };

/** An approved plan of one step, handed over to the executor. */
async function createBench(held: (asked: number) => boolean) {
  const clock = createVirtualClock();
  const memory = createMemoryStore(clock.nowMs);
  const steps = corefilePlan.steps.map((step) => ({ ...step, digest: digestOf(object, step.reads) }));
  const plan = { ...corefilePlan, steps, expiresAtMs: clock.nowMs() + 900_000 };
  const proposal: Proposal = { ...plan, planHash: planHash(plan) };
  const opened = { type: 'opened' as const, scopeKey: 'dns', cluster: 'c', title: 'DNS', detectedAtMs: 0 };
  memory.put('inc-1', { ...opened, symptoms: [dnsSymptom] });
  memory.put('inc-1', { type: 'proposed', proposal });
  memory.put('inc-1', { type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) });
  memory.put('inc-1', { type: 'execution-requested', proposalId });
  let asked = 0;
  let writes = 0;
  const deps: ExecutorDeps = {
    store: {
      ...memory.store,
      pause: async () => ({ paused: false }),
      epoch: async () => 'e',
      defer: async () => undefined,
    },
    cluster: {
      read: async () => ({ ok: true, object }),
      async mutate() {
        writes += 1;
        return { ok: true, resourceVersion: '8', generation: null };
      },
    },
    claims: {
      claimPlan: async () => ({ ok: true }),
      async acquireMutex() {
        asked += 1;
        return held(asked) ? { ok: false, reason: 'held', holder: 'dead' } : { ok: true };
      },
      releaseMutex: async () => undefined,
      readEpoch: async () => ({ ok: true, epoch: 'e' }),
      writeEpoch: async () => true,
    },
    queue: { wake: async () => undefined },
    clock,
    executorId: 'executor-1',
    newId: () => 'n',
    checkApproval: () => null,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const done = executeIncident(deps, 'inc-1', new AbortController().signal);
  await clock.advanceBy(60_000);
  await done;
  const [incident] = memory.incidents();
  return { incident, writes };
}

test('an approved plan waits for the mutex that a crashed executor left behind', async () => {
  const { incident, writes } = await createBench((asked) => asked <= 15);
  expect(incident).toMatchObject({ phase: 'verifying', execution: { status: { result: 'done' } } });
  expect(writes).toBe(1);
});

test('a mutex that is never free ends the plan before anything is written', async () => {
  const { incident, writes } = await createBench(() => true);
  expect(incident).toMatchObject({ execution: { status: { result: 'not-started' } } });
  expect(writes).toBe(0);
});
