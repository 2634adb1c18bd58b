import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { IdSource } from '../id-source.ts';
import type { App, Team } from '../workspace.ts';
import type { Delivery } from './delivery.ts';
import type { HttpDelivery } from './http-delivery.ts';
import type { SocketMode } from './socket-mode.ts';

/** Slack sends an event three more times: at once, after a minute, after five. */
const retryAfterMs = [0, 60_000, 300_000];

/** One thing Slack sent to the app, and how the app took it. */
export interface DeliveryRecord {
  readonly atMs: number;
  readonly kind: 'interactive' | 'event';
  readonly payload: unknown;
  readonly delivery: Delivery;
}

/** The app's two request URLs; undefined is not configured. */
export interface RequestUrls {
  interactivityUrl: string | undefined;
  eventsUrl: string | undefined;
}

/** Everything that goes from Slack to the app, over Socket Mode if connected, else over HTTP. */
export interface AppLink {
  readonly urls: RequestUrls;
  /** A click. Never sent twice. */
  interact(payload: unknown): Promise<Delivery>;
  /** An Events API event, with retries; resolves with how the first attempt went. */
  emit(event: Readonly<Record<string, unknown>>): Promise<Delivery>;
  /** What Slack does when an events URL is entered: sends a challenge that has to come back. */
  verifyEventsUrl(): Promise<'verified' | 'wrong-challenge' | Delivery>;
  close(): void;
}

interface AppLinkDependencies {
  readonly socketMode: SocketMode;
  readonly http: HttpDelivery;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly app: App;
  readonly team: Team;
  readonly urls: RequestUrls;
  /** Called when the outcome of an attempt is known. */
  readonly record: (record: DeliveryRecord) => void;
}

export function createAppLink(dependencies: AppLinkDependencies): AppLink {
  const { socketMode, http, clock, ids, app, team, urls, record } = dependencies;
  const timers = new Set<Timer>();

  const recorded = async (
    kind: DeliveryRecord['kind'],
    payload: unknown,
    sending: Promise<Delivery>,
  ): Promise<Delivery> => {
    const atMs = clock.nowMs();
    const delivery = await sending;
    record({ atMs, kind, payload, delivery });
    return delivery;
  };

  const sendInteractive = (payload: unknown): Promise<Delivery> => {
    const overSocket = socketMode.send({ type: 'interactive', payload });
    if (overSocket) return overSocket;
    if (urls.interactivityUrl === undefined) return Promise.resolve({ outcome: 'no-transport' });
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    return http.send(urls.interactivityUrl, 'application/x-www-form-urlencoded', body);
  };

  const sendEvent = (body: unknown, retryAttempt: number, retryReason: string): Promise<Delivery> => {
    const overSocket = socketMode.send({ type: 'events_api', payload: body, retryAttempt, retryReason });
    if (overSocket) return overSocket;
    if (urls.eventsUrl === undefined) return Promise.resolve({ outcome: 'no-transport' });
    const headers: Record<string, string> =
      retryAttempt === 0
        ? {}
        : { 'x-slack-retry-num': String(retryAttempt), 'x-slack-retry-reason': retryReason };
    return http.send(urls.eventsUrl, 'application/json', JSON.stringify(body), 'valid', headers);
  };

  const attempt = (body: unknown, retryAttempt: number, retryReason: string): Promise<Delivery> =>
    recorded('event', body, sendEvent(body, retryAttempt, retryReason));

  const retry = (body: unknown, retryAttempt: number, previous: Delivery): void => {
    const delayMs = retryAfterMs[retryAttempt - 1];
    if (previous.outcome === 'acknowledged' || previous.outcome === 'no-transport' || delayMs === undefined)
      return;
    const reason = previous.outcome === 'timed-out' ? 'timeout' : 'http_error';
    const timer = clock.after(delayMs, () => {
      timers.delete(timer);
      void attempt(body, retryAttempt, reason).then((delivery) => retry(body, retryAttempt + 1, delivery));
    });
    timers.add(timer);
  };

  return {
    urls,
    interact: (payload) => recorded('interactive', payload, sendInteractive(payload)),
    async emit(event) {
      const body = {
        token: app.verificationToken,
        team_id: team.id,
        context_team_id: team.id,
        context_enterprise_id: null,
        api_app_id: app.id,
        event,
        type: 'event_callback',
        event_id: ids.object('Ev'),
        event_time: Math.floor(clock.nowMs() / 1000),
        authorizations: [
          {
            enterprise_id: null,
            team_id: team.id,
            user_id: app.botUserId,
            is_bot: true,
            is_enterprise_install: false,
          },
        ],
        is_ext_shared_channel: false,
        event_context: `4-${ids.hex(24)}`,
      };
      const delivery = await attempt(body, 0, '');
      retry(body, 1, delivery);
      return delivery;
    },
    async verifyEventsUrl() {
      if (urls.eventsUrl === undefined) return { outcome: 'no-transport' };
      const challenge = ids.hex(40);
      const body = JSON.stringify({ token: app.verificationToken, challenge, type: 'url_verification' });
      const delivery = await http.send(urls.eventsUrl, 'application/json', body);
      if (delivery.outcome !== 'acknowledged') return delivery;
      const { response } = delivery;
      const echoed =
        typeof response === 'object' && response !== null ? Reflect.get(response, 'challenge') : response;
      return echoed === challenge ? 'verified' : 'wrong-challenge';
    },
    close() {
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}
