import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { z } from 'zod';
import type { ChannelLog } from './channel-log.ts';
import type { AppLink, DeliveryRecord } from './delivery/app-link.ts';
import type { SocketMode } from './delivery/socket-mode.ts';
import type { Faults } from './fault.ts';
import type { HttpListener } from './http-listener.ts';
import type { People } from './interaction/people.ts';
import { type HttpAnswer, type HttpCall, jsonAnswer } from './web-api/http-call.ts';
import type { RecordedCall } from './web-api/web-api.ts';
import type { Channel, Person, Workspace } from './workspace.ts';

interface ControlDependencies extends People {
  readonly controlToken: string | undefined;
  readonly workspace: Workspace;
  readonly channel: Channel;
  readonly log: ChannelLog;
  readonly link: AppLink;
  readonly socketMode: SocketMode;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly listener: () => HttpListener;
  readonly calls: () => readonly RecordedCall[];
  readonly deliveries: () => readonly DeliveryRecord[];
}

const effect = z.enum(['none', 'done']);
const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rate-limited'), retryAfterSeconds: z.int().min(1) }),
  z.strictObject({ kind: z.literal('server-error'), status: z.literal([500, 502, 503]), effect }),
  z.strictObject({ kind: z.literal('connection-dropped'), effect }),
  z.strictObject({
    kind: z.literal('refused'),
    error: z.enum(['fatal_error', 'internal_error', 'service_unavailable']),
  }),
  z.strictObject({
    kind: z.literal('delayed'),
    delayMs: z.int().min(0),
    effect: z.enum(['before-delay', 'after-delay']),
  }),
]);

const bodies = {
  click: z.strictObject({
    user: z.string(),
    ts: z.string(),
    actionId: z.string(),
    blockId: z.string().optional(),
    confirm: z.enum(['accept', 'deny']).optional(),
    revision: z.int().min(0).optional(),
  }),
  say: z.strictObject({ user: z.string(), text: z.string().min(1), threadTs: z.string().optional() }),
  people: z.strictObject({ name: z.string().min(1), teamId: z.string().min(1).optional() }),
  faults: z.strictObject({
    count: z.int().min(1),
    fault,
    method: z.string().optional(),
    channelId: z.string().optional(),
  }),
  down: z.strictObject({ forMs: z.int().min(1).max(600_000) }),
  socket: z.strictObject({ do: z.enum(['cut', 'warning', 'refresh_requested', 'link_disabled']) }),
  'request-urls': z.strictObject({ interactivityUrl: z.url().optional(), eventsUrl: z.url().optional() }),
};

/** The properties that are there, for callees that tell "absent" from "undefined". */
function given<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Every value that could be undefined has just been dropped.
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function sameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/**
 * The control API: what a test outside the process may see and do, under `/_control` with a bearer token.
 * Reads: `state`, `messages`, `thread?ts=`, `ephemerals`, `calls`, `deliveries`. Acts: one POST for each of
 * `bodies`, and `faults/clear`.
 */
export function createControlRoutes(dependencies: ControlDependencies) {
  const { workspace, channel, log, link, socketMode, faults, clock, listener } = dependencies;

  const person = (nameOrId: string): Person => {
    const found = workspace.person(nameOrId);
    if (!found) throw new Error(`nobody called ${nameOrId}`);
    return found;
  };

  const state = (): object => ({
    team: workspace.team,
    app: { id: workspace.app.id, name: workspace.app.name, botUserId: workspace.app.botUserId },
    channels: workspace.channels(),
    people: workspace.people(),
    connections: socketMode
      .connections()
      .map(({ id, kind, state: connection }) => ({ id, kind, state: connection })),
    requestUrls: link.urls,
  });

  const read = (what: string, query: URLSearchParams): object | undefined => {
    const channelId = query.get('channel') ?? channel.id;
    switch (what) {
      case 'state':
        return state();
      case 'messages':
        return log.all(channelId);
      case 'thread':
        return log.thread(channelId, query.get('ts') ?? '');
      case 'ephemerals':
        return log.ephemerals(query.has('user') ? person(query.get('user') ?? '').id : undefined);
      case 'calls':
        return dependencies.calls();
      case 'deliveries':
        return dependencies.deliveries();
      default:
        return undefined;
    }
  };

  const goDown = (forMs: number): void => {
    // A moment later, so that this answer still gets out.
    clock.after(50, () => {
      void listener()
        .down()
        .then(() => clock.after(forMs, () => void listener().up()));
    });
  };

  const act = async (what: string, body: unknown): Promise<object | undefined> => {
    switch (what) {
      case 'click': {
        const { user, ts, actionId, ...options } = bodies.click.parse(body);
        return dependencies.click(person(user), ts, actionId, given(options));
      }
      case 'say': {
        const { user, text, threadTs } = bodies.say.parse(body);
        return dependencies.say(person(user), text, { channelId: channel.id, ...given({ threadTs }) });
      }
      case 'people':
        return workspace.addPerson(given(bodies.people.parse(body)));
      case 'faults': {
        const { count, fault: wanted, ...target } = bodies.faults.parse(body);
        faults.next(count, wanted, given(target));
        return {};
      }
      case 'faults/clear':
        faults.clear();
        return {};
      case 'down':
        goDown(bodies.down.parse(body).forMs);
        return {};
      case 'socket': {
        const order = bodies.socket.parse(body).do;
        if (order === 'cut') socketMode.cut();
        else socketMode.disconnect(order);
        return {};
      }
      case 'request-urls':
        return Object.assign(link.urls, bodies['request-urls'].parse(body));
      default:
        return undefined;
    }
  };

  const answer = async (what: string, call: HttpCall): Promise<HttpAnswer> => {
    try {
      const body: unknown = call.body === '' ? {} : JSON.parse(call.body);
      const result = call.method === 'GET' ? read(what, call.query) : await act(what, body);
      return result ? jsonAnswer(200, result) : jsonAnswer(404, { error: `there is no ${what}` });
    } catch (error) {
      const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      return jsonAnswer(400, { error: message });
    }
  };

  return async (call: HttpCall): Promise<HttpAnswer | undefined> => {
    if (call.path === '/healthz') return jsonAnswer(200, { ok: true });
    const what = /^\/_control\/([a-z/-]+)$/.exec(call.path)?.[1];
    if (what === undefined) return undefined;
    const { controlToken } = dependencies;
    if (controlToken === undefined) return jsonAnswer(404, { error: 'no control token is configured' });
    const bearer = /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1];
    if (bearer === undefined || !sameSecret(bearer, controlToken))
      return jsonAnswer(401, { error: 'wrong token' });
    return answer(what, call);
  };
}
