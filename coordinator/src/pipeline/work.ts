import type { EventBody, NewEvent } from '../domain/incident-event.ts';
import type { Incident } from '../domain/incident.ts';
import { auditHead } from '../domain/audit-chain.ts';
import { versionOf } from '../domain/event-versions.ts';
import type { DueTime, LoadedIncident } from '../ports/incident-store.ts';
import { diagnose } from '../runbooks/diagnose.ts';
import { announce } from './announce.ts';
import { answerRequest } from './answer-request.ts';
import { closingSummary } from './closing-summary.ts';
import type { PipelineDeps } from './deps.ts';
import { gatherSituation } from './gather.ts';
import { askHelp } from './help.ts';
import { judgePass } from './judge-pass.ts';
import { nextStep } from './next-step.ts';
import type { NextStep } from './work-step.ts';
import { otherIncidents } from './other-incidents.ts';
import { propose } from './propose.ts';
import { proveStep, stepToProve } from './prove-step.ts';
import { lookForRevert, nextLookMs } from './revert-watch.ts';
import { triage } from './triage.ts';
import { verificationScope } from './verification-scope.ts';
import { wakeBestEffort } from './wake-best-effort.ts';

/** One event a step: enough for the longest incident many times over, and an end for a loop that does not converge. */
const maxStepsAtOnce = 40;

/**
 * Works on one incident until it has to wait: load, decide, do, append; each append is a compare-and-set on what was
 * loaded, so that any number of workers may try. Rejects with StoreUnavailable when the store is away; the due time
 * then brings the incident back.
 */
export async function workOnIncident(deps: PipelineDeps, incidentId: string): Promise<void> {
  for (let i = 0; i < maxStepsAtOnce; i += 1) {
    const loaded = await deps.store.load(incidentId);
    if (loaded === null) return;
    const around = await surroundings(deps, loaded.incident);
    const step = nextStep(loaded.incident, around, deps.settings);
    const body =
      step.do === 'wait'
        ? await whileWaiting(deps, loaded, around.nowMs, step)
        : await perform(deps, loaded, step);
    if (body === null) return;
    await append(deps, loaded.incident, body);
  }
  deps.log.warn(
    { incidentId },
    'an incident took more steps at once than expected; it goes on at its due time',
  );
}

/** A wait that is worth a look at what was changed: the short ones are between looks at something else. */
const shortWaitMs = 5000;

/**
 * There is time to see what the agents make of a step that waits for them, and whether what a plan wrote still stands.
 * Null when there is nothing to record.
 */
async function whileWaiting(
  deps: PipelineDeps,
  { incident }: LoadedIncident,
  nowMs: number,
  { untilMs }: Extract<NextStep, { do: 'wait' }>,
): Promise<EventBody | null> {
  const proved =
    stepToProve(incident) === null
      ? null
      : proveStep(incident, deps.cluster.facts(), deps.network.snapshot());
  if (proved !== null) return proved;
  const long = untilMs === null || untilMs - nowMs > shortWaitMs;
  const lookMs = long && incident.phase !== 'executing' ? nextLookMs(incident, nowMs) : null;
  if (lookMs !== null) {
    const reverted = await lookForRevert(deps.cluster, incident, nowMs);
    if (reverted !== null) return reverted;
  }
  const againMs = untilMs === null || lookMs === null ? (untilMs ?? lookMs) : Math.min(untilMs, lookMs);
  // Only if nothing was appended meanwhile: that append has set a due time of its own.
  await deps.store.defer(incident.id, 'coordinator', againMs, incident.length);
  return null;
}

async function surroundings(deps: PipelineDeps, incident: Incident): Promise<Parameters<typeof nextStep>[1]> {
  const [nowMs, pause] = await Promise.all([deps.store.nowMs(), deps.store.pause()]);
  const mayPropose = incident.phase === 'diagnosed' || incident.phase === 'drafted';
  const running = incident.passes.find((p) => p.ended === null);
  return {
    nowMs,
    sensingComplete: deps.network.snapshot().complete,
    paused: pause.paused,
    passResultsIn: running !== undefined && resultsIn(deps, incident, running.nonce, running.deadlineMs),
    // After the time was read: what the gate relies on.
    others: mayPropose ? await otherIncidents(deps.store, incident.id, deps.settings.stormIncidents) : [],
  };
}

/** Also asks for the check again: after a takeover the new leader does not know of it. */
function resultsIn(deps: PipelineDeps, incident: Incident, nonce: string, deadlineMs: number): boolean {
  const snapshot = deps.network.snapshot();
  if (deps.network.checkOutcome(nonce) === null) {
    deps.network.requestCheck({ nonce, ...verificationScope(incident, snapshot), deadlineMs });
  }
  const outcome = deps.network.checkOutcome(nonce);
  if (outcome === null) return false;
  const present = new Set(snapshot.paths.map((p) => p.path.id));
  return outcome.missing.every((id) => !present.has(id));
}

async function perform(
  deps: PipelineDeps,
  loaded: LoadedIncident,
  step: Exclude<NextStep, { do: 'wait' }>,
): Promise<EventBody> {
  const { incident } = loaded;
  switch (step.do) {
    case 'triage':
      return triage(incident, deps.cluster.facts(), deps.network.snapshot());
    case 'diagnose':
      return { type: 'diagnosed', diagnosis: diagnose(await gatherSituation(deps, incident)) };
    case 'propose':
      return propose(deps, incident, await gatherSituation(deps, incident), await deps.store.nowMs());
    case 'publish-plan': {
      const expiresAtMs = (await deps.store.nowMs()) + deps.settings.approvalTtlMs;
      return { type: 'proposed', proposal: { ...step.draft, expiresAtMs } };
    }
    case 'expire': {
      const { reason, detail } = step;
      return { type: 'proposal-expired', proposalId: step.proposal.proposal.id, reason, detail };
    }
    case 'request-execution':
      return { type: 'execution-requested', proposalId: step.proposal.proposal.id };
    case 'start-pass':
      return startPass(deps, incident, step.pass);
    case 'judge-pass': {
      const { pass, nonce } = step.pass;
      const network = deps.network.snapshot();
      const outcome = judgePass(incident, deps.network.checkOutcome(nonce), network, deps.cluster.facts());
      return { type: 'pass-ended', pass, nonce, outcome };
    }
    case 'close': {
      const head = auditHead(deps.auditKey, incident.id, loaded.events);
      deps.log.info(
        { incidentId: incident.id, auditHead: head, events: loaded.events.length },
        'incident closed; audit head',
      );
      const summary = closingSummary(incident, step.how, deps.network.snapshot().judged);
      return { type: 'closed', how: step.how, summary, auditHead: head };
    }
    case 'answer':
      return answerRequest(deps, incident, step.asked, await deps.store.nowMs());
    case 'ask-help':
      return askHelp(incident, step.reason);
  }
}

async function startPass(deps: PipelineDeps, incident: Incident, pass: 1 | 2): Promise<EventBody> {
  const nonce = deps.newId();
  const scope = verificationScope(incident, deps.network.snapshot());
  const deadlineMs = (await deps.store.nowMs()) + deps.settings.passTimeoutMs;
  deps.network.requestCheck({ nonce, ...scope, deadlineMs });
  return { type: 'pass-started', pass, nonce, paths: scope.pathIds.length, deadlineMs };
}

async function append(deps: PipelineDeps, incident: Incident, body: EventBody): Promise<void> {
  const event: NewEvent = { v: versionOf(body), actor: { type: 'pathmedic', role: 'coordinator' }, body };
  const nowMs = await deps.store.nowMs();
  const forExecutor =
    body.type === 'execution-requested' || (body.type === 'drafted' && body.proposal.mode === 'remediate');
  const executor: DueTime[] = forExecutor ? [{ role: 'executor', atMs: nowMs }] : [];
  const result = await deps.store.append({
    incidentId: incident.id,
    expectedLength: incident.length,
    events: [event],
    outbox: announce([event], incident.length),
    due: [
      { role: 'coordinator', atMs: body.type === 'closed' ? nextLookMs(incident, nowMs) : nowMs },
      ...executor,
    ],
  });
  if (!result.ok) {
    // Somebody else was faster (a click, a recovery): the loop loads again and decides on what is there now.
    deps.log.info({ incidentId: incident.id, event: body.type, reason: result.reason }, 'not appended');
    return;
  }
  deps.log.info({ incidentId: incident.id, event: body.type, n: incident.length + 1 }, 'appended');
  await wakeBestEffort(deps.queue, incident.id, forExecutor ? ['outbox', 'execution'] : ['outbox']);
}
