import { describe, expect, test } from 'vitest';
import { planHash } from '../actions/plan-hash.ts';
import { approvalRow, judgeApprovals, proposalSeal, sealProblem } from '../domain/approval.ts';
import { currentProposal } from '../domain/incident.ts';
import type { Actor } from '../domain/principal.ts';
import type { Proposal } from '../domain/proposal.ts';
import { obstacleTo } from './execution-obstacle.ts';
import type { ExecutorDeps } from './executor-deps.ts';
import { ana, corefilePlan, createStory, type Story } from './incident-story.fixture.ts';

const proposalId = corefilePlan.id;
const plan: Proposal = { ...corefilePlan, planHash: planHash(corefilePlan) };
type CheckApproval = ExecutorDeps['checkApproval'];
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
function obstacle(begun: Story, now: Story | null = begun, checkApproval: CheckApproval = () => null) {
  const incident = begun.incident();
  const current = currentProposal(incident);
  if (current === null) throw new Error('the story holds no plan');
  const loaded = now === null ? null : { incident: now.incident(), events: now.events };
  return obstacleTo(
    {
      checkApproval,
      store: {
        nowMs: async () => begun.nowMs(),
        pause: async () => ({ paused: false }),
        epoch: async () => 'e',
        load: async () => loaded,
      },
      claims: { readEpoch: async () => ({ ok: true, epoch: 'e', point: null }) },
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

describe('nothing that stands on the card can be changed in the store once it was approved', () => {
  const key = 'a key that is not in the store';
  const cluster = createStory().incident().cluster;
  const incident = { id: 'inc-1', cluster };
  const sealed: Proposal = { ...plan, seal: proposalSeal(key, { incident, proposal: plan }) };
  const row = approvalRow(key, { incidentId: 'inc-1', proposal: sealed, principal: 'ana' });
  const principals = [{ name: 'ana', roles: ['approver' as const] }];
  const check: CheckApproval = (of, state) => {
    const verdict = judgeApprovals({ key, incidentId: of.id, state, principals });
    return sealProblem(key, of, state.proposal) ?? (verdict.ok ? null : verdict.detail);
  };
  const approved = (proposal: Proposal, approval = row, id = 'inc-1') =>
    createStory(id)
      .tell({ type: 'proposed', proposal })
      .tell({ type: 'decided', proposalId: proposal.id, decision: 'approved', approval }, ana)
      .tell({ type: 'execution-requested', proposalId: proposal.id });

  /** Every value in it replaced by another of its kind, one at a time; lists also with an entry more and without their last. */
  function* altered(value: unknown): Generator {
    if (typeof value === 'string') yield `${value}!`;
    else if (typeof value === 'number') yield value + 1;
    else if (Array.isArray(value)) {
      yield [...value, value.at(-1) ?? 'more'];
      if (value.length > 0) yield value.slice(0, -1);
      for (const [i, member] of value.entries())
        for (const other of altered(member)) yield value.toSpliced(i, 1, other);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value))
        for (const other of altered(member)) yield { ...value, [name]: other };
    }
  }

  test('as it was approved it is carried out', async () => {
    expect(await obstacle(approved(sealed), undefined, check)).toBeNull();
  });

  test('with any word or value changed it is refused, whether or not the hash was made anew', async () => {
    const forgeries = [...altered(sealed)];
    expect(forgeries.length).toBeGreaterThan(30);
    const carriedOut: Proposal[] = [];
    for (const forgery of forgeries) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- somebody who writes to the store follows no type
      const forged = forgery as Proposal;
      for (const one of [forged, { ...forged, planHash: planHash(forged) }]) {
        if (JSON.stringify(one) === JSON.stringify(sealed)) continue;
        const refusal = await obstacle(approved(one), undefined, check);
        if (refusal?.reason !== 'invalid-approval') carriedOut.push(one);
      }
    }
    expect(carriedOut).toEqual([]);
  });

  test('a plan that nobody sealed is refused although a person approved it, and so is one of another incident or cluster', async () => {
    const refused = { reason: 'invalid-approval' };
    const { seal: _, ...unsealed } = sealed;
    expect(await obstacle(approved(unsealed), undefined, check)).toMatchObject(refused);
    const other = approvalRow(key, { incidentId: 'inc-2', proposal: sealed, principal: 'ana' });
    expect(await obstacle(approved(sealed, other, 'inc-2'), undefined, check)).toMatchObject(refused);
    const elsewhere = { incident: { ...incident, cluster: 'other' }, proposal: plan };
    const moved = { ...sealed, seal: proposalSeal(key, elsewhere) };
    expect(await obstacle(approved(moved), undefined, check)).toMatchObject(refused);
  });
});
