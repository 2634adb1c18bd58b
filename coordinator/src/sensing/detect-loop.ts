import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { Incident } from '../domain/incident.ts';
import type { EventBody, NewEvent } from '../domain/incident-event.ts';
import type { AppendResult, IncidentStore, LoadedIncident, OutboxItem } from '../ports/incident-store.ts';
import { IncidentUnreadable } from '../ports/incident-unreadable.ts';
import type { Decision } from './detect.ts';
import { change, detect } from './detect.ts';
import type { IncidentScope } from './join.ts';
import type { Sensing } from './sensing.ts';
import type { SensingSettings } from './settings.ts';

export interface DetectLoopOptions {
  clock: Clock;
  store: IncidentStore;
  sensing: Pick<Sensing, 'detectView' | 'clusterName'>;
  settings: SensingSettings;
  /** True while this replica may detect. */
  leading: () => boolean;
  newIncidentId: () => string;
  /** What Slack is told because of events that follow on `length` others. */
  announce: (events: readonly NewEvent[], length: number) => OutboxItem[];
  /** Called after something was recorded, so that work on it starts at once. */
  onAppended?: (incidentId: string) => void;
  logger: Logger;
  everyMs?: number;
}

export interface DetectLoop {
  start(): void;
  /** One round; what a timer does each second. */
  tick(): Promise<void>;
  /** Stops the timer and waits for a round under way. */
  stop(): Promise<void>;
}

const maxOpen = 200;
/** Unreadable incidents that were told of. */
const maxRemembered = 1000;

/** Records what detection decides. Thin: a conflict or a store out of reach is simply met again next time. */
export function createDetectLoop(options: DetectLoopOptions): DetectLoop {
  const { clock, store, sensing, settings, logger } = options;
  const everyMs = options.everyMs ?? 1000;
  const loaded = new Map<string, { updatedAtMs: number; incident: Incident }>();
  const updatedAt = new Map<string, number>();
  const unreadable = new Set<string>();
  let timer: Timer | null = null;
  let running: Promise<void> | null = null;
  let stopped = false;

  /** Null also for one that this build cannot read: it is others' to work on, and must not keep every other fault from being told. */
  async function readable(id: string): Promise<LoadedIncident | null> {
    try {
      const found = await store.load(id);
      unreadable.delete(id);
      return found;
    } catch (error) {
      if (!(error instanceof IncidentUnreadable)) throw error;
      if (unreadable.size >= maxRemembered) unreadable.clear();
      if (!unreadable.has(id))
        logger.error(
          { err: error, incidentId: id },
          'an incident cannot be read; detection goes on without it',
        );
      unreadable.add(id);
      return null;
    }
  }

  async function openIncidents(): Promise<Incident[]> {
    const summaries = await store.list({ open: true, limit: maxOpen });
    const ids = new Set(summaries.map(({ id }) => id));
    for (const id of loaded.keys()) if (!ids.has(id)) loaded.delete(id);
    for (const id of updatedAt.keys()) if (!ids.has(id)) updatedAt.delete(id);
    const incidents: Incident[] = [];
    for (const { id, updatedAtMs } of summaries) {
      const known = loaded.get(id);
      if (known?.updatedAtMs === updatedAtMs) {
        incidents.push(known.incident);
        continue;
      }
      const found = await readable(id);
      if (found === null || found.incident.phase === 'closed') continue;
      loaded.set(id, { updatedAtMs, incident: found.incident });
      incidents.push(found.incident);
    }
    return incidents;
  }

  async function append(incidentId: string, expectedLength: number, body: EventBody): Promise<AppendResult> {
    const request = { incidentId, expectedLength, ...(await told(body, expectedLength)) };
    return settle(incidentId, body.type, await store.append(request));
  }

  async function told(body: EventBody, length: number) {
    const event: NewEvent = { v: 1, actor: { type: 'pathmedic', role: 'coordinator' }, body };
    return {
      events: [event],
      outbox: options.announce([event], length),
      due: [{ role: 'coordinator' as const, atMs: await store.nowMs() }],
    };
  }

  function settle(incidentId: string, type: EventBody['type'], result: AppendResult): AppendResult {
    loaded.delete(incidentId);
    if (result.ok) {
      logger.info({ incidentId, event: type }, 'detection recorded');
      options.onAppended?.(incidentId);
    } else logger.info({ incidentId, event: type, reason: result.reason }, 'detection not recorded');
    return result;
  }

  /** The incident of that scope that closed a short while ago, under whichever of its keys. */
  async function recentlyClosed(scope: IncidentScope): Promise<Incident | null> {
    for (const key of [scope.scopeKey, ...scope.aliases]) {
      const id = await store.findRecentlyClosed(key, settings.reopenWithinMs);
      const found = id === null ? null : await readable(id);
      if (found?.incident.phase === 'closed') return found.incident;
    }
    return null;
  }

  async function open(scope: IncidentScope, detectedAtMs: number): Promise<void> {
    const closed = await recentlyClosed(scope);
    if (closed !== null) {
      const body: EventBody = { type: 'reopened', symptoms: scope.symptoms };
      await joinHolder(await append(closed.id, closed.length, body), scope);
      return;
    }
    const incidentId = options.newIncidentId();
    const { scopeKey, aliases, title, symptoms } = scope;
    const cluster = sensing.clusterName();
    const body: EventBody = { type: 'opened', scopeKey, cluster, title, symptoms, detectedAtMs };
    const result = await store.open({
      incidentId,
      expectedLength: 0,
      ...(await told(body, 0)),
      scopeKey,
      scopeAliases: aliases,
    });
    await joinHolder(settle(incidentId, 'opened', result), scope);
  }

  /**
   * An open incident that detection did not take these symptoms for has their scope: they are its symptoms, then. It
   * may have been opened by another replica, or be one beyond those that detection looks at.
   */
  async function joinHolder(result: AppendResult, { symptoms }: IncidentScope): Promise<void> {
    if (result.ok || result.reason !== 'scope-taken') return;
    const holder = await readable(result.incidentId);
    if (holder === null || holder.incident.phase === 'closed') return;
    const decision = change(holder.incident, symptoms);
    if (decision !== null) await record(decision);
  }

  async function record(decision: Decision): Promise<void> {
    switch (decision.kind) {
      case 'open':
        return open(decision.scope, decision.detectedAtMs);
      case 'update': {
        const { incidentId, expectedLength, symptoms } = decision;
        const nowMs = clock.nowMs();
        if (nowMs - (updatedAt.get(incidentId) ?? 0) < settings.updateEveryMs) return;
        updatedAt.set(incidentId, nowMs);
        await append(incidentId, expectedLength, { type: 'symptoms-updated', symptoms });
        return;
      }
      case 'relapsed': {
        const { incidentId, expectedLength, symptoms } = decision;
        await append(incidentId, expectedLength, { type: 'relapsed', symptoms });
        return;
      }
      case 'recovered': {
        const { incidentId, expectedLength, detail } = decision;
        await append(incidentId, expectedLength, { type: 'recovered', detail });
        return;
      }
    }
  }

  async function round(): Promise<void> {
    if (!options.leading()) return;
    const view = sensing.detectView();
    const incidents = await openIncidents();
    for (const decision of detect({ ...view, open: incidents })) {
      // Leadership may have gone while waiting for the store.
      if (!options.leading()) return;
      await record(decision);
    }
  }

  async function tick(): Promise<void> {
    try {
      await round();
    } catch (error) {
      loaded.clear();
      logger.warn({ err: error }, 'detection could not be recorded; trying again');
    }
  }

  function schedule(): void {
    if (stopped) return;
    timer = clock.after(everyMs, () => {
      running = tick().finally(() => {
        running = null;
        schedule();
      });
    });
  }

  return {
    start: schedule,
    tick,
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}
