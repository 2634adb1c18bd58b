import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { EventBody, StepResult } from '../domain/incident-event.ts';
import type { Incident, ProposalState } from '../domain/incident.ts';
import { currentProposal } from '../domain/incident.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Claims } from '../ports/claim.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { IncidentStore } from '../ports/incident-store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import { announce } from './announce.ts';
import { applyStep, resolveByLooking } from './apply-step.ts';
import { awaitSettled } from './await-settled.ts';
import type { PipelineLog } from './deps.ts';
import { dryRunPlan } from './dry-run-plan.ts';
import { fieldManagerOf } from './field-manager.ts';
import { wakeBestEffort } from './wake-best-effort.ts';

/** What the executor's work needs. It has no probes and no Slack: only the store, the claims and the API server. */
export interface ExecutorDeps {
  store: IncidentStore;
  cluster: Pick<Cluster, 'read' | 'mutate'>;
  claims: Claims;
  queue: Pick<WakeQueue, 'wake'>;
  clock: Clock;
  /** Names this process; each attempt adds its own nonce. */
  executorId: string;
  newId: () => string;
  /** Checks the HMAC row of each approval with the key that is not in Redis; null when valid, otherwise why not. */
  checkApproval: (incidentId: string, proposal: ProposalState) => string | null;
  log: PipelineLog;
}

/** A step's write is bounded by the mutex; a silent executor is taken for dead after this. */
const mutexTtlMs = 30_000;
const silenceMs = 60_000;
const retryMs = 2000;
/** A request that could not be claimed for so long is given up: the world has moved on. */
const requestTtlMs = 120_000;

/** Thrown when the stream is not as this attempt left it: somebody else works on it, or its tail was lost. Stop, write nothing more. */
class StreamMoved extends Error {
  override readonly name = 'StreamMoved';
}

/** The executor's part of an incident: dry-runs a drafted plan, carries out an approved one, clears up one that was left. */
export async function executeIncident(
  deps: ExecutorDeps,
  incidentId: string,
  signal: AbortSignal,
): Promise<void> {
  const loaded = await deps.store.load(incidentId);
  const incident = loaded?.incident;
  if (incident?.phase === 'drafted') return dryRunDraft(deps, incident);
  const current = incident === undefined ? null : currentProposal(incident);
  const execution = incident?.execution;
  if (incident === undefined || current === null || execution === null || execution === undefined) return;
  if (execution.status.at === 'ended' || execution.proposalId !== current.proposal.id) return;
  const record = createRecord(deps, incident);
  try {
    if (execution.status.at === 'requested') await begin(deps, incident, current, record, signal);
    else await clearUp(deps, incident, current.proposal, record, signal);
  } catch (error) {
    if (!(error instanceof StreamMoved)) throw error;
    deps.log.warn(
      { incidentId, detail: error.message },
      'execution stopped: the incident was written by somebody else',
    );
  }
}

/** Tries the draft out on the server; changes nothing. A second executor doing the same is harmless. */
async function dryRunDraft(deps: ExecutorDeps, incident: Incident): Promise<void> {
  const { draft } = incident;
  if (draft === null || draft.dryRun !== null) return;
  const detail = await dryRunPlan(deps.cluster, draft.proposal);
  const nowMs = await deps.store.nowMs();
  const event = {
    v: 1 as const,
    actor: { type: 'pathmedic' as const, role: 'executor' as const },
    body: {
      type: 'dry-run-ended' as const,
      proposalId: draft.proposal.id,
      ok: detail === null,
      detail: detail ?? 'The API server accepts every step.',
    },
  };
  await deps.store.append({
    incidentId: incident.id,
    expectedLength: incident.length,
    events: [event],
    outbox: [],
    due: [
      { role: 'executor', atMs: null },
      { role: 'coordinator', atMs: nowMs },
    ],
  });
  await wakeBestEffort(deps.queue, incident.id, ['incident']);
}

type Append = (body: EventBody, dueInMs: number | null) => Promise<void>;

/**
 * Appends on top of what this attempt has seen. Other people's events in between (a message, a recovery) are accepted;
 * another executor's are not, and neither is a stream that became shorter.
 */
function createRecord(deps: ExecutorDeps, incident: Incident): Append {
  let length = incident.length;
  const proposalId = incident.execution?.proposalId;
  return async (body, dueInMs) => {
    for (;;) {
      const nowMs = await deps.store.nowMs();
      const event = { v: 1 as const, actor: { type: 'pathmedic' as const, role: 'executor' as const }, body };
      const ended = body.type === 'execution-ended';
      const result = await deps.store.append({
        incidentId: incident.id,
        expectedLength: length,
        events: [event],
        outbox: announce([event], length),
        due: [
          { role: 'executor', atMs: dueInMs === null ? null : nowMs + dueInMs },
          ...(ended ? [{ role: 'coordinator' as const, atMs: nowMs }] : []),
        ],
      });
      if (result.ok) {
        length += 1;
        deps.log.info({ incidentId: incident.id, event: body.type, proposalId }, 'appended');
        await wakeBestEffort(deps.queue, incident.id, ended ? ['outbox', 'incident'] : ['outbox']);
        return;
      }
      if (result.reason !== 'conflict' || result.length <= length)
        throw new StreamMoved(`${result.reason} on ${body.type}`);
      const between = await deps.store.eventsAfter(incident.id, length, result.length - length);
      if (between.some((e) => e.actor.type === 'pathmedic' && e.actor.role === 'executor')) {
        throw new StreamMoved('another executor has written');
      }
      length += between.length;
    }
  };
}

async function begin(
  deps: ExecutorDeps,
  incident: Incident,
  current: ProposalState,
  record: Append,
  signal: AbortSignal,
): Promise<void> {
  const { proposal } = current;
  const notStarted = (detail: string): Promise<void> =>
    record(
      {
        type: 'execution-ended',
        proposalId: proposal.id,
        result: 'not-started',
        detail: detail.slice(0, 400),
      },
      null,
    );
  const obstacle = await obstacleTo(deps, incident, current);
  if (obstacle !== null) return notStarted(obstacle.detail);
  const holder = `${deps.executorId}/${deps.newId()}`;
  const claim = await deps.claims.claimPlan(proposal.planHash, holder);
  if (!claim.ok && claim.reason === 'unavailable') {
    const age = (await deps.store.nowMs()) - (incident.execution?.requestedAtMs ?? 0);
    if (age > requestTtlMs) return notStarted(`The plan could not be claimed in Kubernetes: ${claim.detail}`);
    await postpone(deps, incident, retryMs);
    return;
  }
  if (!claim.ok && claim.holder !== holder) {
    return notStarted(
      `This plan was already claimed by ${claim.holder}; a plan is carried out at most once.`,
    );
  }
  await record({ type: 'execution-claimed', proposalId: proposal.id, executor: holder }, silenceMs);
  await runSteps(deps, incident, current, record, signal);
}

/** Why the plan must not be carried out now, or null. Asked before the claim and again before every write. */
async function obstacleTo(
  deps: ExecutorDeps,
  incident: Incident,
  current: ProposalState,
): Promise<Extract<StepResult, { result: 'refused' }> | null> {
  const refused = (reason: Extract<StepResult, { result: 'refused' }>['reason'], detail: string) =>
    ({ result: 'refused', reason, detail: detail.slice(0, 400) }) as const;
  const invalid = deps.checkApproval(incident.id, current);
  if (invalid !== null) return refused('invalid-approval', invalid);
  const [nowMs, pause, storeEpoch, clusterEpoch] = await Promise.all([
    deps.store.nowMs(),
    deps.store.pause(),
    deps.store.epoch(),
    deps.claims.readEpoch(),
  ]);
  if (pause.paused) return refused('paused', `Remediation is paused: ${pause.reason}`);
  if (!clusterEpoch.ok)
    return refused('cluster-unreachable', `The API server does not answer: ${clusterEpoch.detail}`);
  if (clusterEpoch.epoch !== storeEpoch) {
    return refused(
      'paused',
      'Redis is not the one that this cluster knows (lost or restored): a person has to lift the pause.',
    );
  }
  if (nowMs >= current.proposal.expiresAtMs) return refused('expired', 'The approval has expired.');
  return null;
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
    if (outcome.result !== 'applied') return end(proposal, record, index, outcome);
    const keepAlive = (): Promise<void> => postpone(deps, incident, silenceMs);
    const settled = await awaitSettled(deps, step.settle, keepAlive, signal);
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
  const mutex = await deps.claims.acquireMutex(holder, mutexTtlMs);
  if (!mutex.ok) {
    const detail = mutex.reason === 'held' ? `another change is in flight (${mutex.holder})` : mutex.detail;
    return { result: 'refused', reason: 'rate-limited', detail: detail.slice(0, 400) };
  }
  const expiry = new AbortController();
  const timer = deps.clock.after(mutexTtlMs, () => expiry.abort(new Error('the mutation lease has expired')));
  const bounded = AbortSignal.any([signal, expiry.signal]);
  const guard = async (attempt: number): Promise<Extract<StepResult, { result: 'refused' }> | null> => {
    const obstacle = await obstacleTo(deps, incident, current);
    if (obstacle !== null) return obstacle;
    if (bounded.aborted)
      return { result: 'refused', reason: 'rate-limited', detail: 'The time for this write has run out.' };
    await record({ type: 'step-intended', proposalId: proposal.id, step: index, attempt }, silenceMs);
    return null;
  };
  try {
    return await applyStep(deps, step, fieldManagerOf(proposal.id), guard, bounded);
  } finally {
    timer.cancel();
    await deps.claims.releaseMutex(holder);
  }
}

function end(proposal: Proposal, record: Append, index: number, outcome: StepResult): Promise<void> {
  const result = outcome.result === 'unknown' ? 'unknown' : index === 0 ? 'not-started' : 'stopped';
  const position = proposal.steps.length === 1 ? '' : `Step ${index + 1} of ${proposal.steps.length}: `;
  return record(
    {
      type: 'execution-ended',
      proposalId: proposal.id,
      result,
      detail: `${position}${outcome.detail}`.slice(0, 400),
    },
    null,
  );
}

/**
 * The executor that claimed this plan has gone silent. Its intents without outcome are resolved by looking, never by
 * doing again; what it had not begun is not begun here.
 */
async function clearUp(
  deps: ExecutorDeps,
  incident: Incident,
  proposal: Proposal,
  record: Append,
  signal: AbortSignal,
): Promise<void> {
  const execution = incident.execution;
  if (execution === null) return;
  const open = execution.steps.findIndex((s) => s.intents > 0 && s.outcome === null);
  const step = proposal.steps[open];
  if (step !== undefined) {
    const outcome = await resolveByLooking(deps, step, fieldManagerOf(proposal.id), signal);
    await record({ type: 'step-ended', proposalId: proposal.id, step: open, outcome }, silenceMs);
    if (outcome.result !== 'applied') return end(proposal, record, open, outcome);
  }
  const applied = execution.steps.filter((s, i) => s.outcome?.result === 'applied' || i === open).length;
  const last = proposal.steps[applied - 1];
  if (last !== undefined) {
    const settled = await awaitSettled(deps, last.settle, () => postpone(deps, incident, silenceMs), signal);
    await record({ type: 'step-settled', proposalId: proposal.id, step: applied - 1, ...settled }, silenceMs);
  }
  const all = applied === proposal.steps.length;
  const result = all ? 'done' : applied === 0 ? 'not-started' : 'unknown';
  const detail = all
    ? 'Done; the executor was replaced in between.'
    : `The executor was lost after ${applied} of ${proposal.steps.length} steps; the rest was not begun.`;
  return record({ type: 'execution-ended', proposalId: proposal.id, result, detail }, null);
}

/** Moves the executor's due time: this attempt is alive. */
async function postpone(deps: ExecutorDeps, incident: Incident, byMs: number): Promise<void> {
  await deps.store.defer(incident.id, 'executor', (await deps.store.nowMs()) + byMs);
}
