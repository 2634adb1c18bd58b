import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { cardMessage } from '../messages/slack-card.ts';
import { catchUpMessage } from '../messages/slack-catch-up.ts';
import type { SlackContext } from '../messages/slack-context.ts';
import { broadcastsReply, replyMessage } from '../messages/slack-reply.ts';
import { rootMessage } from '../messages/slack-root.ts';
import type { Conversation, ConversationMessage } from '../ports/conversation.ts';
import type {
  IncidentStore,
  LoadedIncident,
  PostedMessage,
  StoredOutboxItem,
} from '../ports/incident-store.ts';
import { IncidentUnreadable } from '../ports/incident-unreadable.ts';
import { createBackOff, createPace } from './deliver-pace.ts';
import { nextSend, type Send } from './deliver-plan.ts';
import { createSender, type Sent } from './deliver-send.ts';
import type { PipelineLog } from './deps.ts';

export interface DeliveryDeps {
  store: Pick<IncidentStore, 'load' | 'nowMs' | 'outboxOf' | 'outboxDelivered' | 'postedMessage'>;
  conversation: Pick<Conversation, 'post' | 'update' | 'find'>;
  clock: Clock;
  log: PipelineLog;
  /** Where people reach the console. */
  publicUrl: string;
  /** Names of those who may approve. */
  approvers: () => readonly string[];
  /** Uniform in [0, 1): jitter of the back-off. */
  random: () => number;
  settings?: Partial<DeliverySettings>;
  /** True while this replica leads. A delivery serves one time as leader: what it remembers of Slack is then its own doing. */
  mayTell: () => boolean;
}

export interface DeliverySettings {
  /** Slack takes about one post a second in a channel, and short bursts. */
  postEveryMs: number;
  postBurst: number;
  updateEveryMs: number;
  updateBurst: number;
  /** Replies that are late by more than this are told in one message. */
  staleAfterMs: number;
}

const defaults: DeliverySettings = {
  postEveryMs: 1000,
  postBurst: 3,
  updateEveryMs: 1200,
  updateBurst: 10,
  staleAfterMs: 60_000,
};

/** `nextTryMs`: there is more, try again after so long; null: everything is told. */
export interface DeliveryOutcome {
  nextTryMs: number | null;
}

/** Delivers the outbox of incidents to the channel; remembers between calls what this process knows about Slack. */
export interface Delivery {
  /**
   * Sends what is due for one incident, in order, until it has to wait. To be called for one incident at a time.
   * Rejects with StoreUnavailable; nothing is lost then, and a message that may have been sent is looked up next time.
   */
  deliverIncident(incidentId: string): Promise<DeliveryOutcome>;
}

const maxSendsAtOnce = 60;
const unreadableAgainMs = 60_000;
const refusedAgainMs = 30_000;

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { store, log, clock } = deps;
  const settings = { ...defaults, ...deps.settings };
  const sender = createSender({
    conversation: deps.conversation,
    store,
    log,
    postPace: createPace(clock, settings.postEveryMs, settings.postBurst),
    updatePace: createPace(clock, settings.updateEveryMs, settings.updateBurst),
    trouble: createBackOff(clock, deps.random),
    mayTell: deps.mayTell,
  });
  /** Incidents that Slack or this build cannot cope with: not before that time. */
  const notBeforeMs = new Map<string, number>();

  function later(incidentId: string, waitMs: number): DeliveryOutcome {
    if (notBeforeMs.size > 1000) notBeforeMs.clear();
    notBeforeMs.set(incidentId, clock.monotonicMs() + waitMs);
    return { nextTryMs: waitMs };
  }

  async function deliver(incidentId: string): Promise<DeliveryOutcome> {
    for (let i = 0; i < maxSendsAtOnce; i += 1) {
      const [head, ...rest] = await store.outboxOf(incidentId);
      if (head === undefined) return { nextTryMs: null };
      const loaded = await store.load(incidentId);
      if (loaded === null) return { nextTryMs: null };
      const sent = await sendNext([head, ...rest], loaded);
      if (sent.at === 'wait') return { nextTryMs: sent.waitMs };
      if (sent.at === 'refused' || sent.at === 'gone') return later(incidentId, refusedAgainMs);
    }
    return { nextTryMs: 0 };
  }

  async function sendNext(
    items: readonly [StoredOutboxItem, ...StoredOutboxItem[]],
    loaded: LoadedIncident,
  ): Promise<Sent> {
    const { incident, events } = loaded;
    const to = contextOf(deps, incident.id);
    const rootPosted = await store.postedMessage(incident.id, 'root');
    const cards = new Map<string, PostedMessage>();
    for (const { kind, key } of items) {
      const posted = kind === 'card' ? await store.postedMessage(incident.id, key) : null;
      if (posted !== null) cards.set(key, posted);
    }
    const send = nextSend(items, {
      incident,
      events,
      rootPosted: rootPosted !== null,
      postedCards: new Set(cards.keys()),
      told: (event) => replyMessage(event, incident.id, events, to) !== null,
      nowMs: await store.nowMs(),
      staleAfterMs: settings.staleAfterMs,
    });
    return perform(send, { loaded, to, root: rootPosted, cards, sinceMs: items[0].queuedAtMs });
  }

  interface Scene {
    loaded: LoadedIncident;
    to: SlackContext;
    root: PostedMessage | null;
    cards: ReadonlyMap<string, PostedMessage>;
    sinceMs: number;
  }

  async function perform(send: Send, scene: Scene): Promise<Sent> {
    const { loaded, to, root, sinceMs } = scene;
    const { incident, events } = loaded;
    const incidentId = incident.id;
    switch (send.do) {
      case 'post-root':
        return sender.post(rootMessage(incident, events, to), {
          incidentId,
          key: 'root',
          upTo: send.upTo,
          sinceMs,
        });
      case 'update-root':
        return updateRoot(scene, send.upTo);
      case 'card':
        return sendCard(scene, send);
      case 'reply': {
        const message = replyMessage(send.event, incidentId, events, to);
        if (message === null) return skip(incidentId, send);
        const { key, upTo } = send;
        const broadcast = broadcastsReply(send.event, events);
        return rootAgain(
          scene,
          await sender.post(message, { incidentId, key, upTo, sinceMs, broadcast, ...thread(root) }),
        );
      }
      case 'catch-up': {
        for (const card of send.cards) {
          const sent = await sendCard(scene, { ...card, upTo: null });
          if (sent.at !== 'sent') return sent;
        }
        const fresh = await updateRoot(scene, null);
        if (fresh.at !== 'sent') return fresh;
        const message = catchUpMessage(send.events, incidentId, events, to);
        const broadcast = send.events.some((event) => broadcastsReply(event, events));
        const { key, upTo, position: coversFrom } = send;
        const place = { incidentId, key, upTo, sinceMs, broadcast, coversFrom, ...thread(root) };
        return rootAgain(scene, await sender.post(message, place));
      }
      case 'skip':
        return skip(incidentId, send);
    }
  }

  async function updateRoot(scene: Scene, upTo: number | null): Promise<Sent> {
    const { loaded, to, root } = scene;
    if (root === null) return { at: 'sent' };
    const { incident, events } = loaded;
    const place = { incidentId: incident.id, key: 'root', upTo };
    return rootAgain(scene, await sender.update(root, rootMessage(incident, events, to), place));
  }

  /** Somebody deleted the root: a new one takes its place, and what follows hangs on that. */
  async function rootAgain({ loaded: { incident, events }, to, sinceMs }: Scene, sent: Sent): Promise<Sent> {
    if (sent.at !== 'gone') return sent;
    const place = { incidentId: incident.id, key: 'root', upTo: 0, sinceMs };
    return sender.post(rootMessage(incident, events, to), place);
  }

  async function sendCard(
    scene: Scene,
    { proposalId, key, upTo }: { proposalId: string; key: string; upTo: number | null },
  ): Promise<Sent> {
    const { loaded, to, root, cards, sinceMs } = scene;
    const { incident } = loaded;
    const state = incident.proposals.find(({ proposal }) => proposal.id === proposalId);
    const posted = cards.get(key);
    if (state === undefined) return { at: 'sent' };
    const message: ConversationMessage = cardMessage(incident, state, to);
    const incidentId = incident.id;
    if (posted !== undefined) {
      const sent = await sender.update(posted, message, { incidentId, key, upTo });
      if (sent.at !== 'gone') return sent;
    }
    if (upTo === null) return { at: 'sent' };
    const place = { incidentId, key, upTo, sinceMs, ...thread(root) };
    return rootAgain(scene, await sender.post(message, place));
  }

  async function skip(incidentId: string, { key, upTo }: { key: string; upTo: number }): Promise<Sent> {
    await store.outboxDelivered(incidentId, upTo, key, null);
    return { at: 'sent' };
  }

  return {
    async deliverIncident(incidentId) {
      // Without asking the store: the sweeper comes by every second while Slack is down.
      const waitMs = Math.max(sender.waitMs(), (notBeforeMs.get(incidentId) ?? 0) - clock.monotonicMs());
      if (waitMs > 0) return { nextTryMs: Math.ceil(waitMs) };
      notBeforeMs.delete(incidentId);
      try {
        return await deliver(incidentId);
      } catch (error) {
        if (!(error instanceof IncidentUnreadable)) throw error;
        log.error(
          { incidentId, reason: error.reason },
          'an incident cannot be told in Slack: its events cannot be read',
        );
        return later(incidentId, unreadableAgainMs);
      }
    },
  };
}

function thread(root: PostedMessage | null): { threadTs?: string } {
  return root === null ? {} : { threadTs: root.ts };
}

function contextOf(deps: DeliveryDeps, incidentId: string): SlackContext {
  const base = deps.publicUrl.replace(/\/$/, '');
  const id = encodeURIComponent(incidentId);
  return {
    conversationUrl: `${base}/incidents/${id}`,
    writeUpUrl: `${base}/v1/incidents/${id}/report.md`,
    approvers: deps.approvers(),
  };
}
