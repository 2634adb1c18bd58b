import type { IncidentPage } from '@pathmedic/shared/contract/console.ts';
import type { Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import { timelineView } from '../messages/console-view.ts';
import type { PersonCaller } from './caller.ts';
import type { EventStream } from './event-stream.ts';
import type { HttpDeps } from './http-deps.ts';
import { pageFor } from './page-for.ts';

type FollowDeps = Pick<HttpDeps, 'store' | 'clock' | 'principals' | 'passGapMs' | 'network' | 'facts'>;

export interface Following {
  incidentId: string;
  /** Events up to this one are known to the other side. */
  afterN: number;
  caller: PersonCaller;
  stream: EventStream;
  log: Pick<Logger, 'warn'>;
}

/** Longest silence on the line; also how often a stream looks for what a lost notification left behind. */
const beatMs = 5000;

/**
 * Sends every event after `afterN` and then the page as it is now; again whenever something is appended. Notifications
 * are best effort, so each beat looks too. When the store is away the stream ends: the page comes back and resumes.
 */
export async function followIncident(deps: FollowDeps, following: Following): Promise<{ stop(): void }> {
  const { incidentId, caller, stream, log } = following;
  let sentN = following.afterN;
  let page: IncidentPage | null = null;
  let wanted = false;
  let running = false;
  let timer: Timer | null = null;

  async function refresh(): Promise<void> {
    const [loaded, nowMs] = await Promise.all([deps.store.load(incidentId), deps.store.nowMs()]);
    if (loaded === null) {
      stream.end('gone');
      return;
    }
    for (const event of loaded.events) {
      if (event.n <= sentN) continue;
      stream.send('entry', timelineView(event, loaded.incident, loaded.events), event.n);
      sentN = event.n;
    }
    page = pageFor(deps, loaded, caller.principal, nowMs);
    stream.send('page', page);
  }

  async function look(): Promise<void> {
    wanted = true;
    if (running) return;
    running = true;
    try {
      while (wanted && !stream.closed()) {
        wanted = false;
        await refresh();
      }
    } catch (error) {
      log.warn({ err: error, incidentId }, 'an event stream ends: the store does not answer');
      stream.end('store-unavailable');
    } finally {
      running = false;
    }
  }

  async function beat(): Promise<void> {
    if (caller.expiresAtMs !== null && deps.clock.nowMs() >= caller.expiresAtMs) {
      stream.end('session-over');
      return;
    }
    try {
      const missed = await deps.store.eventsAfter(incidentId, sentN, 1);
      if (missed.length > 0 || networkMoved()) await look();
      else stream.send('beat', { nowMs: await deps.store.nowMs() });
    } catch (error) {
      log.warn({ err: error, incidentId }, 'an event stream ends: the store does not answer');
      stream.end('store-unavailable');
    }
  }

  /** The matrix changes without any event. */
  function networkMoved(): boolean {
    const shownAtMs = page?.matrix?.atMs ?? null;
    const snapshot = deps.network();
    return page !== null && page.closing === null && snapshot !== null && snapshot.atMs !== shownAtMs;
  }

  function schedule(): void {
    timer = deps.clock.after(
      beatMs,
      () => void beat().finally(() => (stream.closed() ? undefined : schedule())),
    );
  }

  const subscription = await deps.store.subscribe(incidentId, () => void look());
  if (stream.closed()) await subscription.close();
  else {
    schedule();
    await look();
  }
  return {
    stop() {
      timer?.cancel();
      void subscription.close().catch(() => undefined);
    },
  };
}
