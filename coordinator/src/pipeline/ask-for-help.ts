import type { NewEvent } from '../domain/incident-event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Principal } from '../domain/principal.ts';
import { askedForHelpText } from '../messages/asked-for-help.ts';
import { formatClockTime } from '../messages/clock-time.ts';
import type { IncidentStore, LoadedIncident } from '../ports/incident-store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import { announce } from './announce.ts';
import { askHelp } from './help.ts';
import { wakeBestEffort } from './wake-best-effort.ts';

export type AskResult = { ok: true } | { ok: false; sentence: string };

const againAfterMs = 10 * 60_000;
const maxConflicts = 5;

/**
 * A person who looks at the incident calls for others: what is known goes out to the whole channel. It stops nothing that
 * pathmedic does, unlike pathmedic's own call for help. Rejects with StoreUnavailable.
 */
export async function askForHelp(
  deps: { store: IncidentStore; queue: Pick<WakeQueue, 'wake'> },
  asked: { incidentId: string; principal: Principal; via: 'slack' | 'console' },
): Promise<AskResult> {
  for (let conflicts = 0; conflicts < maxConflicts; conflicts += 1) {
    const loaded = await deps.store.load(asked.incidentId);
    if (loaded === null) return { ok: false, sentence: 'That incident is not known (any more).' };
    const nowMs = await deps.store.nowMs();
    const obstacle = obstacleTo(loaded, asked.principal.name, nowMs);
    if (obstacle !== null) return { ok: false, sentence: obstacle };
    const events = callFor(loaded.incident, asked);
    const { length, id } = loaded.incident;
    const appended = await deps.store.append({
      incidentId: id,
      expectedLength: length,
      events,
      outbox: announce(events, length),
      due: [],
    });
    if (appended.ok) {
      await wakeBestEffort(deps.queue, id);
      return { ok: true };
    }
    if (appended.reason === 'full')
      return { ok: false, sentence: 'The store is full; nothing was recorded.' };
  }
  return { ok: false, sentence: 'Too much happens in this incident right now. Try again.' };
}

function obstacleTo({ incident, events }: LoadedIncident, name: string, nowMs: number): string | null {
  if (incident.phase === 'closed') {
    return 'This incident is closed. If the fault is still there, it opens again by itself.';
  }
  const last = events.findLast(
    ({ body, actor, atMs }) =>
      body.type === 'said' &&
      body.text === askedForHelpText &&
      actor.type === 'person' &&
      actor.name === name &&
      nowMs - atMs < againAfterMs,
  );
  if (last === undefined) return null;
  return `You asked for help at ${formatClockTime(last.atMs)}; it stands in the thread and in the channel.`;
}

function callFor(
  incident: Incident,
  { principal, via }: { principal: Principal; via: 'slack' | 'console' },
): NewEvent[] {
  const { known, ruledOut, cannotSee, lookAt } = askHelp(incident, askedForHelpText);
  const lines = [
    `@${principal.name} asks for help: ${incident.title}`,
    ...known.slice(0, 2),
    ...(ruledOut.length > 0 ? [`Looked fine: ${ruledOut.slice(0, 6).join('; ')}`] : []),
    ...(cannotSee.length > 0 ? [`Cannot see: ${cannotSee.slice(0, 3).join('; ')}`] : []),
    ...(lookAt.length > 0 ? [`I would look at: ${lookAt.slice(0, 3).join('; ')}`] : []),
  ].map((line) => line.slice(0, 500));
  return [
    {
      v: 1,
      actor: { type: 'person', name: principal.name, via },
      body: { type: 'said', text: askedForHelpText },
    },
    { v: 1, actor: { type: 'pathmedic', role: 'coordinator' }, body: { type: 'answered', lines } },
  ];
}
