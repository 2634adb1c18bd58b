import { describe, expect, it } from 'vitest';
import { approvalRow, approvalRowHolds, judgeApprovals, judgeDecision } from './approval.ts';
import type { Incident, ProposalState } from './incident.ts';
import type { Actor, Principal } from './principal.ts';
import type { Proposal } from './proposal.ts';

const key = 'a key that is not in the store';
const nowMs = 1_000_000;
const ana: Principal = { name: 'ana', roles: ['approver'] };
const ben: Principal = { name: 'ben', roles: ['viewer', 'approver'] };
const vera: Principal = { name: 'vera', roles: ['viewer'] };
const pathmedic: Actor = { type: 'pathmedic', role: 'coordinator' };

function proposal(id: string, change: Partial<Proposal> = {}): Proposal {
  return {
    id: id.padEnd(16, '-'),
    cause: 'coredns-config',
    mode: 'remediate',
    title: 'Put the forward line back',
    why: 'The Corefile has none.',
    steps: [],
    planHash: 'f'.repeat(64),
    dryRun: 'server-passed',
    verification: '',
    expiresAtMs: nowMs + 1,
    approvalsNeeded: 1,
    ...change,
  };
}

function state(of: Proposal, change: Partial<ProposalState> = {}): ProposalState {
  return {
    proposal: of,
    proposedAtMs: nowMs - 1000,
    askedBy: null,
    status: { at: 'open' },
    handedOver: false,
    approvals: [],
    ...change,
  };
}

function incidentWith(proposals: ProposalState[], change: Partial<Incident> = {}): Incident {
  const base = { id: 'i1', phase: 'awaiting-approval', symptomsGone: false, takenOverBy: null };
  return { ...base, proposals, ...change } as unknown as Incident;
}

function approvedBy(name: string, of: Proposal, via: 'slack' | 'console' = 'console') {
  const row = approvalRow(key, { incidentId: 'i1', proposal: of, principal: name });
  return { by: { type: 'person' as const, name, via }, atMs: nowMs, row };
}

const open = state(proposal('p1'));

function judge(change: Partial<Parameters<typeof judgeDecision>[0]>) {
  const verdict = judgeDecision({
    incident: incidentWith([open]),
    proposalId: open.proposal.id,
    principal: ana,
    decision: 'approved',
    requestedBy: pathmedic,
    nowMs,
    ...change,
  });
  return verdict.ok ? (verdict.completes ? 'completes' : 'counts') : verdict.reason;
}

describe('who may decide', () => {
  it('an approver, while the card is open; not a viewer', () => {
    expect(judge({})).toBe('completes');
    expect(judge({ principal: vera })).toBe('not-an-approver');
    expect(judge({ principal: vera, decision: 'rejected' })).toBe('not-an-approver');
  });

  it('until the expiry by the clock that is passed in, to the millisecond', () => {
    expect(judge({ nowMs: nowMs + 1 })).toBe('expired');
    expect(judge({ nowMs: nowMs + 1, decision: 'rejected' })).toBe('expired');
  });

  it('only on the latest plan', () => {
    const incident = incidentWith([open, state(proposal('p2'))]);
    expect(judge({ incident })).toBe('superseded');
    expect(judge({ incident, proposalId: 'unknown-proposal-' })).toBe('no-such-proposal');
  });

  it('never twice, and never after recovery, takeover, or where nothing may be changed', () => {
    const approved = state(proposal('p1'), { status: { at: 'approved', approvals: [] } });
    expect(judge({ incident: incidentWith([approved]) })).toBe('already-approved');
    expect(judge({ incident: incidentWith([open], { symptomsGone: true }) })).toBe('recovered');
    expect(judge({ incident: incidentWith([open], { phase: 'triaged' }) })).toBe('superseded');
    expect(judge({ incident: incidentWith([open], { symptomsGone: true }), decision: 'rejected' })).toBe(
      'recovered',
    );
    const by: Actor = { type: 'person', name: 'ben', via: 'slack' };
    expect(judge({ incident: incidentWith([open], { takenOverBy: by }) })).toBe('taken-over');
    expect(judge({ incident: incidentWith([state(proposal('p1', { mode: 'advise' }))]) })).toBe(
      'advise-mode',
    );
  });

  it('with two people needed, the same principal does not count twice, from whichever place', () => {
    const two = proposal('p1', { approvalsNeeded: 2 });
    const half = state(two, { approvals: [approvedBy('ana', two, 'slack')] });
    expect(judge({ incident: incidentWith([state(two)]) })).toBe('counts');
    expect(judge({ incident: incidentWith([half]) })).toBe('second-person-needed');
    expect(judge({ incident: incidentWith([half]), principal: ben })).toBe('completes');
  });

  it('the one who asked for the plan may reject it, but not approve it', () => {
    const requestedBy: Actor = { type: 'person', name: 'ana', via: 'console' };
    expect(judge({ requestedBy })).toBe('requester');
    expect(judge({ requestedBy, decision: 'rejected' })).toBe('completes');
    expect(judge({ requestedBy, principal: ben })).toBe('completes');
  });
});

describe('approval rows', () => {
  const binding = { incidentId: 'i1', proposal: open.proposal, principal: 'ana' };
  const row = approvalRow(key, binding);

  it('hold for exactly the plan, incident, expiry and person they were made for', () => {
    expect(approvalRowHolds(key, row, binding)).toBe(true);
    const others = [
      { ...binding, incidentId: 'i2' },
      { ...binding, principal: 'ben' },
      { ...binding, proposal: { ...open.proposal, planHash: 'e'.repeat(64) } },
      { ...binding, proposal: { ...open.proposal, expiresAtMs: nowMs + 2 } },
      { ...binding, proposal: { ...open.proposal, approvalsNeeded: 2 } },
      { ...binding, proposal: { ...open.proposal, id: 'another-proposal' } },
    ];
    for (const other of others) expect(approvalRowHolds(key, row, other)).toBe(false);
    expect(approvalRowHolds('another key', row, binding)).toBe(false);
    expect(approvalRowHolds(key, 'not hex', binding)).toBe(false);
  });

  it('pass the executor only in sufficient number, by distinct people who may still approve', () => {
    const two = proposal('p1', { approvalsNeeded: 2 });
    const check = (approvals: ProposalState['approvals'], principals = [ana, ben]) => {
      const verdict = judgeApprovals({ key, incidentId: 'i1', state: state(two, { approvals }), principals });
      return verdict.ok ? verdict.approvedBy : verdict.reason;
    };
    const byAna = approvedBy('ana', two);
    const byBen = approvedBy('ben', two);
    expect(check([byAna, byBen])).toEqual(['ana', 'ben']);
    expect(check([byAna, byAna])).toBe('too-few');
    expect(check([byAna, byBen], [ana])).toBe('not-an-approver');
    expect(check([byAna, { ...byBen, row: byAna.row }])).toBe('bad-row');
    expect(check([byAna, { ...byBen, by: pathmedic }])).toBe('bad-row');
  });
});
