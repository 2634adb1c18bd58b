import type { Incident } from '../domain/incident.ts';
import type { EventBody, StepResult } from '../domain/incident-event.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { IncidentStore } from '../ports/incident-store.ts';
import { announce } from './announce.ts';
import type { ExecutorDeps } from './executor-deps.ts';
import { wakeBestEffort } from './wake-best-effort.ts';

/** Thrown when the stream is not as this attempt left it: somebody else works on it, or its tail was lost. Stop, write nothing more. */
export class StreamMoved extends Error {
  override readonly name = 'StreamMoved';
}

/** Appends one event of the execution; `dueInMs` is when the executor has to be seen again (null: it is done). */
export type Append = (body: EventBody, dueInMs: number | null) => Promise<void>;

/**
 * Appends on top of what this attempt has seen. Other people's events in between (a message, a recovery) are accepted;
 * another executor's are not, and neither is a stream that became shorter.
 */
export function createRecord(
  deps: Pick<ExecutorDeps, 'queue' | 'log'> & {
    store: Pick<IncidentStore, 'nowMs' | 'append' | 'eventsAfter'>;
  },
  incident: Incident,
): Append {
  let length = incident.length;
  const proposalId = incident.execution?.proposalId;
  return async (body, dueInMs) => {
    for (;;) {
      const nowMs = await deps.store.nowMs();
      const event = { v: 1 as const, actor: { type: 'pathmedic' as const, role: 'executor' as const }, body };
      // The coordinator goes on after the end; after a step it may have to look for what the agents see of it.
      const toCoordinator = body.type === 'execution-ended' || body.type === 'step-ended';
      const result = await deps.store.append({
        incidentId: incident.id,
        expectedLength: length,
        events: [event],
        outbox: announce([event], length),
        due: [
          { role: 'executor', atMs: dueInMs === null ? null : nowMs + dueInMs },
          ...(toCoordinator ? [{ role: 'coordinator' as const, atMs: nowMs }] : []),
        ],
      });
      if (result.ok) {
        length += 1;
        deps.log.info({ incidentId: incident.id, event: body.type, proposalId }, 'appended');
        await wakeBestEffort(deps.queue, incident.id, toCoordinator ? ['outbox', 'incident'] : ['outbox']);
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

/** Ends the execution after a step that was not applied. */
export function endAfter(
  proposal: Proposal,
  record: Append,
  index: number,
  outcome: StepResult,
): Promise<void> {
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

/** Moves the executor's due time: this attempt is alive. */
export async function postpone(deps: ExecutorDeps, incident: Incident, byMs: number): Promise<void> {
  await deps.store.defer(incident.id, 'executor', (await deps.store.nowMs()) + byMs);
}

/** What the coordinator has recorded of the agents' probes on a step; null while there is nothing. */
export async function proofOf(
  deps: Pick<ExecutorDeps, 'store'>,
  incidentId: string,
  proposalId: string,
  step: number,
): Promise<string | null> {
  const execution = (await deps.store.load(incidentId))?.incident.execution ?? null;
  return execution?.proposalId === proposalId ? (execution.steps[step]?.proof ?? null) : null;
}
