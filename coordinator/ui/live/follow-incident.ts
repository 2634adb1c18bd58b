import type { IncidentPage, TimelineEntry } from '@pathmedic/shared/contract/console.ts';
import { fromServer } from './from-server.ts';

/** How the line to the coordinator is. */
export type Line = 'connecting' | 'live' | 'lost';

/** Why following has ended for good. */
export type Ending = 'login' | 'gone';

export interface Followed {
  entries: readonly TimelineEntry[];
  page: IncidentPage | null;
  line: Line;
}

export interface FollowHandlers {
  onChange(followed: Followed): void;
  onEnd(ending: Ending): void;
}

/** The server says something at least every 5 s. */
const silenceMs = 16_000;
const maxDelayMs = 10_000;

/**
 * Follows one incident: every entry once and in order, and the page after them. A lost line is taken up again after the
 * last entry that came, for as long as it takes; the server misses nothing out. Returns what stops it.
 */
export function followIncident(id: string, handlers: FollowHandlers): () => void {
  const path = `/v1/incidents/${encodeURIComponent(id)}/events`;
  let entries: TimelineEntry[] = [];
  let page: IncidentPage | null = null;
  let line: Line = 'connecting';
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let stopped = false;

  const tell = (): void => handlers.onChange({ entries, page, line });

  function connect(): void {
    if (stopped) return;
    const after = entries.at(-1)?.n ?? 0;
    const opened = new EventSource(`${path}?after=${after}`);
    source = opened;
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(lose, silenceMs);
      failures = 0;
      line = 'live';
    };
    opened.addEventListener('entry', (event: MessageEvent<string>) => {
      heard();
      const entry = fromServer<TimelineEntry>(event.data);
      if (entry.n > (entries.at(-1)?.n ?? 0)) entries = [...entries, entry];
    });
    opened.addEventListener('page', (event: MessageEvent<string>) => {
      heard();
      page = fromServer<IncidentPage>(event.data);
      if (page.length < (entries.at(-1)?.n ?? 0)) {
        // The stream is shorter than what is shown: the store was restored. Begin anew.
        entries = [];
        lose();
        return;
      }
      tell();
    });
    opened.addEventListener('beat', () => {
      const before = line;
      heard();
      if (before !== 'live') tell();
    });
    opened.addEventListener('end', (event: MessageEvent<string>) => {
      const { reason } = fromServer<{ reason: string }>(event.data);
      if (reason === 'session-over') finish('login');
      else if (reason === 'gone') finish('gone');
      else lose();
    });
    opened.addEventListener('error', () => void onError(opened));
    timer = setTimeout(lose, silenceMs);
  }

  /** The browser says only that it failed; the incident itself says whether that is for good. */
  async function onError(failed: EventSource): Promise<void> {
    if (source !== failed) return;
    lose();
    const status = await fetch(`/v1/incidents/${encodeURIComponent(id)}`, {
      credentials: 'same-origin',
    }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 401) finish('login');
    if (status === 404) finish('gone');
  }

  function lose(): void {
    clearTimeout(timer);
    source?.close();
    source = null;
    if (stopped) return;
    line = 'lost';
    tell();
    const delayMs = Math.min(maxDelayMs, 500 * 2 ** failures);
    failures += 1;
    timer = setTimeout(connect, delayMs);
  }

  function finish(ending: Ending): void {
    stop();
    handlers.onEnd(ending);
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  connect();
  return stop;
}
