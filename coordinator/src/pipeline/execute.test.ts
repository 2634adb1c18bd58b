import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../actions/digest.ts';
import { planHash } from '../actions/plan-hash.ts';
import type { EventBody } from '../domain/incident-event.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { createMemoryStore } from '../sensing/memory-store.fixture.ts';
import { executeIncident } from './execute.ts';
import type { ExecutorDeps } from './executor-deps.ts';
import { fieldManagerOf } from './field-manager.ts';
import { corefilePlan, dnsSymptom } from './incident-story.fixture.ts';

const proposalId = corefilePlan.id;
const object = { metadata: { uid: 'u1', resourceVersion: '7' }, data: { Corefile: '.:53 {\n  redy\n}\n' } };

/** An approved plan of one step, handed over to the executor. */
interface Over {
  claims?: Partial<ExecutorDeps['claims']>;
  /** The target as it is read. */
  target?: RawObject;
  /** What else happened before the executor looks. */
  story?: EventBody[];
  /** When it is asked to work again, milliseconds after the first time. */
  againMs?: number[];
}

async function createBench(held: (asked: number) => boolean, over: Over = {}) {
  const clock = createVirtualClock();
  const startedMs = clock.nowMs();
  const memory = createMemoryStore(clock.nowMs);
  const steps = corefilePlan.steps.map((step) => ({ ...step, digest: digestOf(object, step.reads) }));
  const plan = { ...corefilePlan, steps, expiresAtMs: clock.nowMs() + 900_000 };
  const proposal: Proposal = { ...plan, planHash: planHash(plan) };
  const opened = { type: 'opened' as const, scopeKey: 'dns', cluster: 'c', title: 'DNS', detectedAtMs: 0 };
  memory.put('inc-1', { ...opened, symptoms: [dnsSymptom] });
  memory.put('inc-1', { type: 'proposed', proposal });
  memory.put('inc-1', { type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) });
  memory.put('inc-1', { type: 'execution-requested', proposalId });
  for (const body of over.story ?? []) memory.put('inc-1', body);
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
      read: async () => ({ ok: true, object: over.target ?? object }),
      async mutate() {
        writes += 1;
        return { ok: true, resourceVersion: '8', generation: null };
      },
    },
    claims: {
      claimPlan: async () => ({ ok: true }),
      findClaim: async () => ({ ok: true, holder: null }),
      async acquireMutex() {
        asked += 1;
        return held(asked) ? { ok: false, reason: 'held', holder: 'dead' } : { ok: true };
      },
      releaseMutex: async () => undefined,
      readEpoch: async () => ({ ok: true, epoch: 'e', point: null }),
      writeEpoch: async () => true,
      ...over.claims,
    },
    queue: { wake: async () => undefined },
    clock,
    executorId: 'executor-1',
    newId: () => 'n',
    checkApproval: () => null,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  for (const atMs of [0, ...(over.againMs ?? [])]) {
    await clock.advanceBy(Math.max(0, startedMs + atMs - clock.nowMs()));
    const done = executeIncident(deps, 'inc-1', new AbortController().signal);
    await clock.advanceBy(60_000);
    await done;
  }
  const [incident] = memory.incidents();
  return { incident, writes, events: memory.events('inc-1').map(({ body }) => body.type) };
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

describe('a plan that was claimed before, with nothing of it in the story', () => {
  const holder = 'executor-0/x';
  const claims: Over['claims'] = {
    claimPlan: async () => ({ ok: false, reason: 'already-claimed', holder }),
    findClaim: async () => ({ ok: true, holder }),
  };
  const written: RawObject = {
    metadata: {
      uid: 'u1',
      resourceVersion: '8',
      managedFields: [{ manager: fieldManagerOf(proposalId), operation: 'Update' }],
    },
    data: { Corefile: '.:53 {\n  ready\n}\n' },
  };

  test('is verified when the target shows that it was carried out, after its holder had time to say so', async () => {
    const early = await createBench(() => false, { claims, target: written });
    expect(early.events.at(-1)).toBe('execution-requested');
    const { incident, writes } = await createBench(() => false, {
      claims,
      target: written,
      againMs: [60_000],
    });
    expect(writes).toBe(0);
    expect(incident).toMatchObject({
      phase: 'verifying',
      execution: { status: { result: 'done' }, steps: [{ outcome: { result: 'applied' } }] },
    });
  });

  test('is not known to have done nothing when the target does not show it', async () => {
    const { incident, writes } = await createBench(() => false, { claims, againMs: [60_000] });
    expect(writes).toBe(0);
    expect(incident).toMatchObject({ phase: 'verifying', execution: { status: { result: 'unknown' } } });
  });

  test('is looked at also when it may not be begun any more: the fix may be why the symptoms are gone', async () => {
    const story: EventBody[] = [{ type: 'recovered', detail: 'all answer' }];
    const { incident } = await createBench(() => false, {
      claims,
      story,
      target: written,
      againMs: [60_000],
    });
    expect(incident?.execution).toMatchObject({ status: { result: 'done' } });
    const unclaimed = await createBench(() => false, { story });
    expect(unclaimed.incident?.execution).toMatchObject({ status: { result: 'not-started' } });
  });

  test('is unknown when Kubernetes does not tell for two minutes whether it was claimed', async () => {
    const silent = async () => ({ ok: false, reason: 'unavailable', detail: 'no answer' }) as const;
    const { incident, writes } = await createBench(() => false, {
      claims: { claimPlan: silent, findClaim: silent },
      againMs: [60_000, 125_000],
    });
    expect(writes).toBe(0);
    expect(incident?.execution).toMatchObject({ status: { result: 'unknown' } });
  });
});
