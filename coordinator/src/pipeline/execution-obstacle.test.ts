import { expect, test } from 'vitest';
import { planHash } from '../actions/plan-hash.ts';
import { currentProposal } from '../domain/incident.ts';
import type { Actor } from '../domain/principal.ts';
import type { Proposal } from '../domain/proposal.ts';
import { obstacleTo } from './execution-obstacle.ts';
import { ana, corefilePlan, createStory, type Story } from './incident-story.fixture.ts';

const proposalId = corefilePlan.id;
const plan: Proposal = { ...corefilePlan, planHash: planHash(proposalId, corefilePlan.steps) };
const executor: Actor = { type: 'pathmedic', role: 'executor' };

function claimed(proposal: Proposal = plan): Story {
  return createStory()
    .tell({ type: 'triaged', lines: ['x'], unknown: [] })
    .tell({ type: 'proposed', proposal })
    .tell({ type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) }, ana)
    .tell({ type: 'execution-requested', proposalId })
    .tell({ type: 'execution-claimed', proposalId, executor: 'executor-1/x' }, executor);
}

/** `begun` is what the executor loaded when it began; `now` what the store holds at the write. */
function obstacle(begun: Story, now: Story | null = begun) {
  const incident = begun.incident();
  const current = currentProposal(incident);
  if (current === null) throw new Error('the story holds no plan');
  const loaded = now === null ? null : { incident: now.incident(), events: now.events };
  return obstacleTo(
    {
      checkApproval: () => null,
      store: {
        nowMs: async () => begun.nowMs(),
        pause: async () => ({ paused: false }),
        epoch: async () => 'e',
        load: async () => loaded,
      },
      claims: { readEpoch: async () => ({ ok: true, epoch: 'e' }) },
    },
    incident,
    current,
  );
}

test('a plan whose incident still waits for it may be carried out', async () => {
  expect(await obstacle(claimed())).toBeNull();
});

test('steps that were changed in the store after the hash was made are not carried out', async () => {
  const [step] = plan.steps;
  if (step === undefined) throw new Error('the plan has a step');
  const target = { ...step.mutation.target, name: 'another' };
  const forged: Proposal = { ...plan, steps: [{ ...step, mutation: { verb: 'delete', target } }] };
  expect(await obstacle(claimed(forged))).toMatchObject({ reason: 'invalid-approval' });
});

test('a fault that healed before the first write is left alone; a plan that has begun is finished', async () => {
  const healed = claimed().tell({ type: 'recovered', detail: 'gone' });
  expect(await obstacle(claimed(), healed)).toMatchObject({ result: 'refused', reason: 'expired' });
  const begun = claimed()
    .tell({ type: 'step-intended', proposalId, step: 0, attempt: 1 }, executor)
    .tell({ type: 'step-ended', proposalId, step: 0, outcome: { result: 'applied', detail: '' } }, executor)
    .tell({ type: 'recovered', detail: 'gone' });
  expect(await obstacle(begun)).toBeNull();
});

test('an executor that comes back late does nothing in an incident that people have, that is closed, or that is gone', async () => {
  const help = { type: 'help-requested' as const, reason: 'silent' };
  const asked = claimed().tell({ ...help, known: [], ruledOut: [], cannotSee: [], lookAt: [] });
  expect(await obstacle(claimed(), asked)).toMatchObject({ reason: 'expired' });
  const closed = claimed().tell(
    { type: 'closed', how: 'by-person', summary: '', auditHead: 'd'.repeat(64) },
    ana,
  );
  expect(await obstacle(claimed(), closed)).toMatchObject({ reason: 'expired' });
  expect(await obstacle(claimed(), null)).toMatchObject({ reason: 'expired' });
});
