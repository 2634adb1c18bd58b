import { foldExecution } from './fold-execution.ts';
import { decided, expired } from './fold-proposal.ts';
import { unfinishedExecution, type Incident } from './incident.ts';
import type { EventOf, IncidentEvent } from './incident-event.ts';

/** Folds a stream into the incident; null for an empty stream. Throws when the stream does not begin with `opened`. */
export function foldIncident(id: string, events: readonly IncidentEvent[]): Incident | null {
  let incident: Incident | null = null;
  for (const event of events) incident = applyEvent(id, incident, event);
  return incident;
}

/** One event on top of what was known. Events that do not fit the state change nothing but the length: history is not re-judged. */
export function applyEvent(id: string, before: Incident | null, event: IncidentEvent): Incident {
  if (before === null) {
    if (event.body.type !== 'opened')
      throw new Error(`incident ${id} does not begin with "opened" but with "${event.body.type}"`);
    return open(id, event.body, event);
  }
  const after = reduce(before, event);
  return { ...after, length: event.n, updatedAtMs: event.atMs };
}

function open(id: string, body: EventOf<'opened'>, event: IncidentEvent): Incident {
  return {
    id,
    length: event.n,
    scopeKey: body.scopeKey,
    cluster: body.cluster,
    title: body.title,
    openedAtMs: event.atMs,
    roundStartedAtMs: event.atMs,
    detectedAtMs: body.detectedAtMs,
    updatedAtMs: event.atMs,
    phase: 'new',
    symptoms: body.symptoms,
    symptomsGone: false,
    recoveredAtMs: null,
    triage: null,
    diagnosis: null,
    draft: null,
    proposals: [],
    execution: null,
    written: [],
    escalation: null,
    help: null,
    passes: [],
    failedPasses: 0,
    takenOverBy: null,
    asked: [],
    helpAskedAtMs: null,
    recheckedAtMs: null,
    reopened: 0,
    closed: null,
  };
}

function reduce(state: Incident, event: IncidentEvent): Incident {
  const { body, atMs, actor } = event;
  switch (body.type) {
    case 'opened':
      return state;
    case 'symptoms-updated':
      return { ...state, symptoms: body.symptoms };
    case 'recovered':
      return recovered(state, atMs);
    case 'relapsed':
      return relapsed(state, body);
    case 'reopened':
      return {
        ...restart(state),
        symptoms: body.symptoms,
        symptomsGone: false,
        recoveredAtMs: null,
        phase: 'new',
        closed: null,
        roundStartedAtMs: atMs,
        reopened: state.reopened + 1,
      };
    case 'triaged':
      return {
        ...state,
        triage: { lines: body.lines, unknown: body.unknown, atMs },
        phase: state.phase === 'new' ? 'triaged' : state.phase,
      };
    case 'diagnosed':
      return {
        ...state,
        diagnosis: { ...body.diagnosis, atMs, outdated: false },
        phase: state.phase === 'new' || state.phase === 'triaged' ? 'diagnosed' : state.phase,
      };
    case 'escalated':
      return {
        ...state,
        draft: null,
        escalation: { ...body.escalation, atMs },
        phase: 'escalated',
        passes: [],
      };
    case 'help-requested': {
      const { type: _, ...help } = body;
      return {
        ...state,
        draft: null,
        help: { ...help, atMs },
        helpAskedAtMs: atMs,
        phase: 'needs-help',
        passes: [],
      };
    }
    case 'drafted':
      return {
        ...state,
        draft: {
          proposal: body.proposal,
          atMs,
          askedBy: state.asked.find(({ n }) => n === body.asked)?.by ?? null,
          dryRun: null,
        },
        phase: 'drafted',
        asked: withoutAsked(state, body.asked),
      };
    case 'dry-run-ended':
      return state.draft?.proposal.id === body.proposalId
        ? { ...state, draft: { ...state.draft, dryRun: { ok: body.ok, detail: body.detail } } }
        : state;
    case 'proposed':
      return {
        ...state,
        draft: null,
        proposals: [
          ...state.proposals,
          {
            proposal: body.proposal,
            proposedAtMs: atMs,
            askedBy: state.draft?.proposal.id === body.proposal.id ? state.draft.askedBy : null,
            status: { at: 'open' },
            handedOver: false,
            approvals: [],
          },
        ],
        phase: 'awaiting-approval',
      };
    case 'decided':
      return decided(state, body, actor, atMs);
    case 'proposal-expired':
      return expired(state, body, atMs);
    case 'execution-requested':
    case 'execution-claimed':
    case 'step-intended':
    case 'step-ended':
    case 'step-proved':
    case 'step-settled':
    case 'execution-ended':
      return foldExecution(state, body, atMs);
    case 'reverted':
      return {
        ...state,
        written: state.written.map((written) =>
          written.proposalId === body.proposalId && written.step === body.step && written.reverted === null
            ? { ...written, reverted: { by: body.by, atMs: body.atMs } }
            : written,
        ),
      };
    case 'pass-started':
      return {
        ...state,
        passes: [
          ...(body.pass === 1 ? [] : state.passes.filter((p) => p.pass === 1)),
          {
            pass: body.pass,
            nonce: body.nonce,
            startedAtMs: atMs,
            deadlineMs: body.deadlineMs,
            paths: body.paths,
            ended: null,
          },
        ],
      };
    case 'pass-ended':
      return passEnded(state, body, atMs);
    case 'closed':
      return {
        ...state,
        phase: 'closed',
        closed: { how: body.how, summary: body.summary, auditHead: body.auditHead, atMs },
      };
    case 'recheck-requested':
      return { ...recheckRequested(state), recheckedAtMs: atMs };
    case 'taken-over':
      return { ...state, takenOverBy: actor };
    case 'handed-back':
      return { ...state, takenOverBy: null };
    case 'asked':
      return { ...state, asked: [...state.asked, { n: event.n, by: actor, request: body.request }] };
    case 'answered':
      return body.to === undefined ? state : { ...state, asked: withoutAsked(state, body.to) };
    case 'said':
      return state;
  }
}

function withoutAsked(state: Incident, n: number | undefined): Incident['asked'] {
  return state.asked.filter((asked) => asked.n !== n);
}

function passEnded(state: Incident, body: EventOf<'pass-ended'>, atMs: number): Incident {
  const running = state.passes.some((p) => p.nonce === body.nonce && p.ended === null);
  if (!running) return state;
  return {
    ...state,
    passes: state.passes.map((p) =>
      p.nonce === body.nonce ? { ...p, ended: { atMs, outcome: body.outcome } } : p,
    ),
    failedPasses: state.failedPasses + (body.outcome.ok ? 0 : 1),
  };
}

/** Looks afresh where pathmedic waits for people or for facts; an open card, an execution and its checks go on undisturbed. */
function recheckRequested(state: Incident): Incident {
  const { phase } = state;
  if (phase !== 'triaged' && phase !== 'diagnosed' && phase !== 'needs-help' && phase !== 'escalated')
    return state;
  // Nothing is left to diagnose: the two passes tell.
  if (state.symptomsGone) return { ...state, phase: 'recovering', passes: [], failedPasses: 0 };
  return { ...state, phase: 'new', triage: null, diagnosis: null, escalation: null, help: null };
}

/** Forgets the round of work, keeps the history (proposals) and the identity. */
function restart(state: Incident): Incident {
  return {
    ...state,
    triage: null,
    diagnosis: null,
    draft: null,
    // What was handed over and has not ended is not forgotten: nothing else may begin before it has.
    execution: unfinishedExecution(state),
    escalation: null,
    help: null,
    passes: [],
    failedPasses: 0,
    takenOverBy: null,
  };
}

function recovered(state: Incident, atMs: number): Incident {
  const next = { ...state, symptomsGone: true, recoveredAtMs: atMs };
  // During an execution and its verification the passes that follow it decide, not the recovery.
  if (state.phase === 'executing' || state.phase === 'verifying' || state.phase === 'closed') return next;
  return { ...next, draft: null, phase: 'recovering', passes: [] };
}

function relapsed(state: Incident, body: EventOf<'relapsed'>): Incident {
  const next = { ...state, symptoms: body.symptoms, symptomsGone: false, recoveredAtMs: null };
  // A fault that comes back is looked at afresh: the facts may be different ones.
  if (state.phase === 'recovering') return { ...restart(next), phase: 'new' };
  // A good pass before it says nothing any more; a failed one still counts.
  const stale = state.phase === 'verifying' && state.passes.at(-1)?.ended?.outcome.ok === true;
  return stale ? { ...next, passes: [] } : next;
}
