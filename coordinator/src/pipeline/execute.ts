import { sleep } from '@pathmedic/shared/runtime/clock.ts';
import { unfinishedExecution, type Incident, type ProposalState } from '../domain/incident.ts';
import type { StepResult } from '../domain/incident-event.ts';
import { applyStep } from './apply-step.ts';
import { awaitSettled } from './await-settled.ts';
import { clearUp } from './clear-up.ts';
import { dryRunDraft } from './dry-run-plan.ts';
import { createRecord, endAfter, postpone, proofOf, StreamMoved, type Append } from './execution-record.ts';
import { obstacleTo, type Refused } from './execution-obstacle.ts';
import { silenceMs, type ExecutorDeps } from './executor-deps.ts';
import { fieldManagerOf } from './field-manager.ts';

/** A step's write is bounded by the mutex. */
const mutexTtlMs = 30_000;
/** From before it was asked for: what was sent by then is answered, or given up by the API server, while it still holds. */
const sendWithinMs = 18_000;
/** A holder that crashed keeps the mutex for as long as it lasts, counted from when this process first saw it. */
const mutexPatienceMs = mutexTtlMs + 10_000;
const retryMs = 2000;
/** A request that could not be claimed for so long is given up: the world has moved on. */
const requestTtlMs = 120_000;

/** The executor's part of an incident: dry-runs a drafted plan, carries out an approved one, clears up one that was left. */
export async function executeIncident(
  deps: ExecutorDeps,
  incidentId: string,
  signal: AbortSignal,
): Promise<void> {
  const incident = (await deps.store.load(incidentId))?.incident ?? null;
  if (incident === null) return;
  if (incident.phase === 'drafted') return dryRunDraft(deps, incident);
  const current = underExecution(incident);
  if (current === null) {
    // A due time that is left behind would wake for nothing every second, and in the end keep others from their turn.
    await deps.store.defer(incidentId, 'executor', null, incident.length);
    return;
  }
  const record = createRecord(deps, incident);
  try {
    if (incident.execution?.status.at === 'requested') await begin(deps, incident, current, record, signal);
    else await clearUp(deps, incident, current.proposal, record, signal);
  } catch (error) {
    if (!(error instanceof StreamMoved)) throw error;
    deps.log.warn(
      { incidentId, detail: error.message },
      'execution stopped: the incident was written by somebody else',
    );
  }
}

/** The plan whose execution was requested and has not ended; null when there is nothing to do. */
function underExecution(incident: Incident): ProposalState | null {
  const execution = unfinishedExecution(incident);
  return incident.proposals.find(({ proposal }) => proposal.id === execution?.proposalId) ?? null;
}

async function begin(
  deps: ExecutorDeps,
  incident: Incident,
  current: ProposalState,
  record: Append,
  signal: AbortSignal,
): Promise<void> {
  const { proposal } = current;
  const end = (result: 'not-started' | 'unknown', detail: string): Promise<void> =>
    record({ type: 'execution-ended', proposalId: proposal.id, result, detail: detail.slice(0, 400) }, null);
  const obstacle = await obstacleTo(deps, incident, current);
  // What is not the plan that was approved has never been begun, and is not looked for.
  if (obstacle?.reason === 'invalid-approval') return end('not-started', obstacle.detail);
  const holder = `${deps.executorId}/${deps.newId()}`;
  const claim = await claimOf(deps, proposal.planHash, obstacle === null ? holder : null);
  const ageMs = (await deps.store.nowMs()) - (incident.execution?.requestedAtMs ?? 0);
  switch (claim.by) {
    case 'unknown':
      if (ageMs <= requestTtlMs) return postpone(deps, incident, retryMs);
      return end('unknown', `It cannot be seen in Kubernetes whether this plan was begun: ${claim.detail}`);
    case 'another':
      // Time to say so itself, if it lives.
      if (ageMs < silenceMs) return postpone(deps, incident, silenceMs - ageMs);
      return clearUp(deps, incident, proposal, record, signal);
    case 'nobody':
      return end('not-started', obstacle?.detail ?? '');
    case 'me':
      break;
  }
  await record({ type: 'execution-claimed', proposalId: proposal.id, executor: holder }, silenceMs);
  await runSteps(deps, incident, current, record, signal);
}

type ClaimSeen = { by: 'me' | 'another' | 'nobody' } | { by: 'unknown'; detail: string };

/** Claims the plan for `holder`; with null it only looks: a plan that is not begun now may have been, and its story lost. */
async function claimOf(deps: ExecutorDeps, planHash: string, holder: string | null): Promise<ClaimSeen> {
  if (holder === null) {
    const found = await deps.claims.findClaim(planHash);
    if (!found.ok) return { by: 'unknown', detail: found.detail };
    return { by: found.holder === null ? 'nobody' : 'another' };
  }
  const claim = await deps.claims.claimPlan(planHash, holder);
  if (claim.ok) return { by: 'me' };
  if (claim.reason === 'unavailable') return { by: 'unknown', detail: claim.detail };
  return { by: claim.holder === holder ? 'me' : 'another' };
}

async function runSteps(
  deps: ExecutorDeps,
  incident: Incident,
  current: ProposalState,
  record: Append,
  signal: AbortSignal,
): Promise<void> {
  const { proposal } = current;
  for (const [index, step] of proposal.steps.entries()) {
    const outcome = await writeStep(deps, incident, current, index, record, signal);
    await record({ type: 'step-ended', proposalId: proposal.id, step: index, outcome }, silenceMs);
    if (outcome.result !== 'applied') return endAfter(proposal, record, index, outcome);
    const keepAlive = (): Promise<void> => postpone(deps, incident, silenceMs);
    const settled = await awaitSettled(deps, step.settle, keepAlive, signal, () =>
      proofOf(deps, incident.id, proposal.id, index),
    );
    await record({ type: 'step-settled', proposalId: proposal.id, step: index, ...settled }, silenceMs);
    if (!settled.settled) {
      const detail = `${step.title}: ${settled.detail}`.slice(0, 400);
      return record({ type: 'execution-ended', proposalId: proposal.id, result: 'unknown', detail }, null);
    }
  }
  const detail = proposal.steps.length === 1 ? 'Done.' : `All ${proposal.steps.length} steps are done.`;
  return record({ type: 'execution-ended', proposalId: proposal.id, result: 'done', detail }, null);
}

/** One write under the cluster-wide mutex: one mutation in flight a cluster, none after the mutex may have passed to another. */
async function writeStep(
  deps: ExecutorDeps,
  incident: Incident,
  current: ProposalState,
  index: number,
  record: Append,
  signal: AbortSignal,
): Promise<StepResult> {
  const { proposal } = current;
  const step = proposal.steps[index];
  if (step === undefined) throw new Error(`plan ${proposal.id} has no step ${index}`);
  const holder = `${proposal.id}/${index}`;
  const mutex = await takeMutex(deps, incident, holder, signal);
  if (!mutex.ok) return { result: 'refused', reason: 'rate-limited', detail: mutex.detail.slice(0, 400) };
  const expiry = new AbortController();
  const timer = deps.clock.after(Math.max(0, mutex.sendUntilMs - deps.clock.monotonicMs()), () =>
    expiry.abort(new Error('the mutation lease has expired')),
  );
  const bounded = AbortSignal.any([signal, expiry.signal]);
  const guard = async (attempt: number): Promise<Refused | null> => {
    const obstacle = await obstacleTo(deps, incident, current);
    if (obstacle !== null) return obstacle;
    if (bounded.aborted)
      return { result: 'refused', reason: 'rate-limited', detail: 'The time for this write has run out.' };
    await record({ type: 'step-intended', proposalId: proposal.id, step: index, attempt }, silenceMs);
    return null;
  };
  try {
    return await applyStep(deps, step, fieldManagerOf(proposal.id), guard, bounded, signal);
  } finally {
    timer.cancel();
    await deps.claims.releaseMutex(holder);
  }
}

type Mutex = { ok: true; sendUntilMs: number } | { ok: false; detail: string };

/** Waits its turn: an approved plan is not given up because another change, or a holder that crashed, is before it. */
async function takeMutex(
  deps: ExecutorDeps,
  incident: Incident,
  holder: string,
  signal: AbortSignal,
): Promise<Mutex> {
  const untilMs = deps.clock.monotonicMs() + mutexPatienceMs;
  for (;;) {
    const askedMs = deps.clock.monotonicMs();
    const mutex = await deps.claims.acquireMutex(holder, mutexTtlMs);
    if (mutex.ok) return { ok: true, sendUntilMs: askedMs + sendWithinMs };
    if (deps.clock.monotonicMs() >= untilMs) {
      const detail = mutex.reason === 'held' ? `another change is in flight (${mutex.holder})` : mutex.detail;
      return { ok: false, detail };
    }
    await postpone(deps, incident, silenceMs);
    await sleep(deps.clock, retryMs, signal);
  }
}
