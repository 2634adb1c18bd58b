import { approvalRow, judgeDecision, requesterOf } from '../domain/approval.ts';
import type { DecisionRefusal } from '../domain/approval.ts';
import type { ProposalState } from '../domain/incident.ts';
import type { NewEvent } from '../domain/incident-event.ts';
import type { Principal } from '../domain/principal.ts';
import { refusalSentence } from '../messages/decision-sentence.ts';
import type { IncidentStore, LoadedIncident } from '../ports/incident-store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import { announce } from './announce.ts';
import { wakeBestEffort } from './wake-best-effort.ts';

export interface DecideDeps {
  store: IncidentStore;
  queue: Pick<WakeQueue, 'wake'>;
  principals: readonly Principal[];
  /** Key of the approval rows; known to the coordinator and the executor, never kept in the store. */
  approvalKey: string;
}

export interface Decision {
  incidentId: string;
  proposalId: string;
  principal: Principal;
  via: 'slack' | 'console' | 'cli';
  decision: 'approved' | 'rejected';
  reason?: string;
}

export type DecideResult =
  /** Recorded. `complete` is false while a second person's approval is missing. */
  | { ok: true; complete: boolean; sentence: string }
  /** Not recorded; `sentence` says why to the person who tried. */
  | { ok: false; reason: DecisionRefusal | 'unknown-incident' | 'busy' | 'store-full'; sentence: string };

const maxConflicts = 5;

/**
 * The one way a decision on a plan is taken, from Slack and from the console alike. Loads, judges, appends with a
 * compare-and-set; on a conflict everything is judged again on what is there then, so that of two clicks one counts.
 * Rejects with StoreUnavailable when it is not known whether the decision was recorded: asking again is safe.
 */
export async function decideProposal(deps: DecideDeps, decision: Decision): Promise<DecideResult> {
  for (let conflicts = 0; conflicts < maxConflicts; conflicts += 1) {
    const loaded = await deps.store.load(decision.incidentId);
    if (loaded === null) {
      return { ok: false, reason: 'unknown-incident', sentence: 'That incident is not known (any more).' };
    }
    const outcome = await decideOnce(deps, decision, loaded);
    if (outcome !== 'conflict') return outcome;
  }
  const sentence =
    'Too much happens in this incident right now, and the decision was not recorded. Try again.';
  return { ok: false, reason: 'busy', sentence };
}

async function decideOnce(
  deps: DecideDeps,
  decision: Decision,
  { incident, events }: LoadedIncident,
): Promise<DecideResult | 'conflict'> {
  const nowMs = await deps.store.nowMs();
  const verdict = judgeDecision({
    incident,
    proposalId: decision.proposalId,
    principal: decision.principal,
    decision: decision.decision,
    requestedBy: requesterOf(events, decision.proposalId),
    nowMs,
  });
  if (!verdict.ok) {
    const state = incident.proposals.find((known) => known.proposal.id === decision.proposalId) ?? null;
    const approvers = approversBut(deps.principals, decision.principal);
    const sentence = refusalSentence(verdict.reason, { state, cluster: incident.cluster, approvers });
    return { ok: false, reason: verdict.reason, sentence };
  }
  const newEvents = [decidedEvent(deps.approvalKey, decision, verdict.proposal)];
  const appended = await deps.store.append({
    incidentId: incident.id,
    expectedLength: incident.length,
    events: newEvents,
    outbox: announce(newEvents, incident.length),
    due: [{ role: 'coordinator', atMs: nowMs }],
  });
  if (appended.ok) {
    await wakeBestEffort(deps.queue, incident.id);
    return recorded(deps, decision, verdict.completes);
  }
  switch (appended.reason) {
    case 'conflict':
      return 'conflict';
    case 'full':
      return {
        ok: false,
        reason: 'store-full',
        sentence: 'The store is full; the decision was not recorded.',
      };
    case 'unknown-incident':
    case 'scope-taken':
      return { ok: false, reason: 'unknown-incident', sentence: 'That incident is not known (any more).' };
  }
}

function decidedEvent(approvalKey: string, decision: Decision, { proposal }: ProposalState): NewEvent {
  const { incidentId, principal } = decision;
  const approved = decision.decision === 'approved';
  return {
    v: 1,
    actor: { type: 'person', name: principal.name, via: decision.via },
    body: {
      type: 'decided',
      proposalId: proposal.id,
      decision: decision.decision,
      approval: approved
        ? approvalRow(approvalKey, { incidentId, proposal, principal: principal.name })
        : null,
      ...(decision.reason === undefined || decision.reason === '' ? {} : { reason: decision.reason }),
    },
  };
}

function recorded(deps: DecideDeps, decision: Decision, completes: boolean): DecideResult {
  if (decision.decision === 'rejected')
    return { ok: true, complete: true, sentence: 'Rejected. Nothing is changed.' };
  if (completes) return { ok: true, complete: true, sentence: 'Approved. The plan is being carried out.' };
  const others = approversBut(deps.principals, decision.principal).map((name) => `@${name}`);
  return {
    ok: true,
    complete: false,
    sentence: `Approved. A second person is needed: ${others.join(', ')}.`,
  };
}

function approversBut(principals: readonly Principal[], principal: Principal): string[] {
  return principals
    .filter((known) => known.roles.includes('approver') && known.name !== principal.name)
    .map((known) => known.name);
}
