import { randomUUID } from 'node:crypto';
import {
  createRedisIncidentStore,
  type RedisIncidentStore,
} from '@pathmedic/coordinator/adapters/redis/incident-store.ts';
import { createSlack, type Slack } from '@pathmedic/coordinator/adapters/slack/slack.ts';
import { createPrincipals } from '@pathmedic/coordinator/auth/principals.ts';
import type { EventBody, NewEvent } from '@pathmedic/coordinator/domain/incident-event.ts';
import type { Actor, Principal } from '@pathmedic/coordinator/domain/principal.ts';
import { announce } from '@pathmedic/coordinator/pipeline/announce.ts';
import { createDelivery, type Delivery } from '@pathmedic/coordinator/pipeline/deliver.ts';
import { createClickHandler } from '@pathmedic/coordinator/pipeline/handle-click.ts';
import { createReplyHandler } from '@pathmedic/coordinator/pipeline/handle-reply.ts';
import { type Clock, systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { silentLogger } from '@pathmedic/shared/runtime/logger.ts';
import { createSettableClock } from '../slack/settable-clock.ts';
import type { SlackStandInOptions } from '../slack/stand-in-options.ts';
import { createSlackStandIn, type SlackStandIn } from '../slack/stand-in.ts';

export const approvalKey = 'a'.repeat(32);

/** The coordinator's side of Slack on a real store and the real clients, against the stand-in. */
export interface SlackBench {
  slack: SlackStandIn;
  store: RedisIncidentStore;
  clock: ReturnType<typeof createSettableClock>;
  /** The adapter that is running now. */
  app(): Slack;
  /** Opens an incident with what has to be told of it. */
  open(incidentId: string, body: EventBody): Promise<void>;
  /** Appends an event with what has to be told of it. */
  tell(incidentId: string, body: EventBody, actor?: Actor): Promise<void>;
  /** One call of the delivery; what it says about more. */
  deliver(incidentId: string): Promise<number | null>;
  /** Delivers until everything is told, moving the clock over every wait; gives up after `maxWaits`. */
  drain(incidentId: string, maxWaits?: number): Promise<void>;
  /** A new process: nothing of what the last one knew is left. */
  restart(): void;
  close(): Promise<void>;
}

export const ana: Actor = { type: 'person', name: 'ana', via: 'slack' };

export async function createSlackBench(
  redisUrl: string,
  options: SlackStandInOptions & { transport?: 'socket' | 'http'; commandTimeoutMs?: number } = {},
): Promise<SlackBench> {
  const { transport = 'http', commandTimeoutMs, ...standIn } = options;
  const clock = createSettableClock(Date.UTC(2026, 0, 15, 3, 12, 41));
  const slack = await createSlackStandIn({ clock, rateLimits: 'off', ...standIn });
  const store = await createRedisIncidentStore({
    redis: { url: redisUrl, ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }) },
    prefix: `{${randomUUID()}}`,
    now: clock.nowMs,
  });
  const team = slack.workspace.team.id;
  const known = (name: string, roles: Principal['roles']): Principal => ({
    name,
    roles,
    slack: { team, user: slack.user(name).id },
  });
  // chidi is in the channel and on no list.
  const people = createPrincipals([known('ana', ['viewer', 'approver']), known('ben', ['viewer'])]);
  const log = silentLogger();
  const steady: Clock = { ...systemClock, nowMs: clock.nowMs, monotonicMs: clock.nowMs };

  const deps = {
    store,
    queue: { wake: async () => undefined },
    people,
    conversation: {
      whisper: (...args: Parameters<Slack['conversation']['whisper']>) => app.conversation.whisper(...args),
    },
    approvalKey,
    auditKey: 'b'.repeat(32),
    clusterName: 'test',
    log,
  };
  const settings = {
    channel: slack.channel.id,
    botToken: slack.botToken,
    appToken: transport === 'socket' ? slack.appToken : undefined,
    apiUrl: slack.apiUrl,
    timeoutMs: 2000,
  };
  const app = createSlack(settings, {
    clock: systemClock,
    random: () => 0.01,
    log,
    onClick: createClickHandler(deps),
    onReply: createReplyHandler(deps),
  });
  app.start();
  let delivery: Delivery;
  const restart = (): void => {
    delivery = createDelivery({
      store,
      conversation: app.conversation,
      clock: steady,
      log,
      publicUrl: 'http://console.test',
      approvers: () => people.approvers,
      random: () => 0,
      mayTell: () => true,
      settings: { postBurst: 1 },
    });
  };
  restart();

  const append = async (incidentId: string, expectedLength: number, event: NewEvent): Promise<void> => {
    const request = {
      incidentId,
      expectedLength,
      events: [event],
      outbox: announce([event], expectedLength),
      due: [],
    };
    const result =
      expectedLength === 0
        ? await store.open({ ...request, scopeKey: incidentId })
        : await store.append(request);
    if (!result.ok) throw new Error(`not appended: ${result.reason}`);
  };
  const pathmedic: Actor = { type: 'pathmedic', role: 'coordinator' };

  async function deliver(incidentId: string): Promise<number | null> {
    return (await delivery.deliverIncident(incidentId)).nextTryMs;
  }

  return {
    slack,
    store,
    clock,
    app: () => app,
    open: (incidentId, body) => append(incidentId, 0, { v: 1, actor: pathmedic, body }),
    async tell(incidentId, body, actor = pathmedic) {
      const length = (await store.load(incidentId))?.incident.length ?? 0;
      await append(incidentId, length, { v: 1, actor, body });
    },
    deliver,
    async drain(incidentId, maxWaits = 100) {
      for (let i = 0; i < maxWaits; i += 1) {
        const waitMs = await deliver(incidentId);
        if (waitMs === null) return;
        clock.forward(waitMs);
      }
      throw new Error(`not everything was told after ${maxWaits} waits`);
    },
    restart,
    async close() {
      await app.close();
      await slack.close();
      await store.close();
    },
  };
}
