import { createHash } from 'node:crypto';
import type { Conversation, ConversationMessage, PostResult } from '../ports/conversation.ts';
import type { IncidentStore, PostedMessage } from '../ports/incident-store.ts';
import type { BackOff, Pace } from './deliver-pace.ts';
import type { PipelineLog } from './deps.ts';

/** `refused`: Slack takes neither the message nor a plain one; the operator has to change something. */
export type Sent =
  | { at: 'sent' }
  | { at: 'wait'; waitMs: number }
  | { at: 'refused' }
  /** This replica does not lead any more: what it knows may be old. */
  | { at: 'stopped' }
  /** What was to be updated, or the thread's root, has been deleted. */
  | { at: 'gone' };

/** Where a message belongs in an incident's queue. */
export interface PostPlace {
  incidentId: string;
  key: string;
  upTo: number;
  /** When the item was queued, store's clock: it cannot have been posted before. */
  sinceMs: number;
  threadTs?: string;
  broadcast?: boolean;
  /** The message stands for the items from here to `upTo`, which goes into its metadata. */
  coversFrom?: number;
}

export interface Sender {
  /** Milliseconds until Slack is asked again after trouble; 0 for now. */
  waitMs(): number;
  /** Posts once, whatever happens: what may have been posted before is looked for first. */
  post(message: ConversationMessage, place: PostPlace): Promise<Sent>;
  /** Brings a message up to date; `upTo` null leaves the queue alone. */
  update(
    at: PostedMessage,
    message: ConversationMessage,
    place: { incidentId: string; key: string; upTo: number | null },
  ): Promise<Sent>;
}

interface SenderDeps {
  conversation: Pick<Conversation, 'post' | 'update' | 'find'>;
  store: Pick<IncidentStore, 'outboxDelivered'>;
  log: PipelineLog;
  postPace: Pace;
  updatePace: Pace;
  trouble: BackOff;
  /** Asked right before each request: a replica that lost the lead while it waited must not overwrite newer messages. */
  mayTell: () => boolean;
}

const remembered = 2000;
/** Slack's clock and the store's may differ by so much. */
const clockMarginMs = 5 * 60_000;
const sent: Sent = { at: 'sent' };

export function createSender(deps: SenderDeps): Sender {
  const { conversation, store, log, trouble } = deps;
  /** Incidents whose first message of this process went out: before it, another process may have died in the middle of one. */
  const begun = new Set<string>();
  /** Messages that were sent to Slack and of which it is not recorded that they arrived. */
  const uncertain = new Set<string>();
  /** Hash of what a message that can be updated shows. */
  const shown = new Map<string, string>();
  let said = '';

  async function post(message: ConversationMessage, place: PostPlace): Promise<Sent> {
    const waitMs = trouble.waitMs();
    if (waitMs > 0) return { at: 'wait', waitMs };
    const name = `${place.incidentId} ${place.key}`;
    if (uncertain.has(name) || !begun.has(place.incidentId)) {
      const known = await lookUp(place);
      if (known !== 'absent') return known;
      uncertain.delete(name);
      remember(begun, place.incidentId);
    }
    const turnMs = deps.postPace.turnMs();
    if (turnMs > 0) return { at: 'wait', waitMs: turnMs };
    if (!deps.mayTell()) return { at: 'stopped' };
    // Also when the process goes on after an exception: until it is recorded, it may have been posted.
    uncertain.add(name);
    const result = await conversation.post(message, placeOf(place));
    if (result.ok) return arrived(place, result.message, message);
    if (result.reason !== 'refused') return failed(result, deps.postPace, name);
    return postPlain(message, place, result.detail);
  }

  /** What stands there already is recorded; `absent` is certain. */
  async function lookUp(place: PostPlace): Promise<Sent | 'absent'> {
    const { incidentId, key, threadTs } = place;
    const sinceMs = place.sinceMs - clockMarginMs;
    const found = await conversation.find({
      incidentId,
      key,
      sinceMs,
      ...(threadTs === undefined ? {} : { threadTs }),
    });
    if (found === null) return 'absent';
    if (found === 'unavailable') return { at: 'wait', waitMs: trouble.failed() };
    if (found === 'not-permitted') {
      if (uncertain.has(`${incidentId} ${key}`)) {
        log.warn(
          { incidentId, key },
          'this message may stand in Slack twice: the token may not read the channel',
        );
      }
      return 'absent';
    }
    log.info({ incidentId, key, ts: found.ts }, 'a message was found in Slack that had not been recorded');
    return arrived({ ...place, upTo: found.upTo ?? place.coversFrom ?? place.upTo }, found, null);
  }

  async function arrived(
    place: PostPlace,
    at: PostedMessage,
    message: ConversationMessage | null,
  ): Promise<Sent> {
    const { incidentId, key, upTo } = place;
    trouble.succeeded();
    await store.outboxDelivered(incidentId, upTo, key, { channel: at.channel, ts: at.ts });
    uncertain.delete(`${incidentId} ${key}`);
    remember(begun, incidentId);
    if (message !== null && !key.startsWith('reply-')) rememberShown(`${incidentId} ${key}`, message);
    said = '';
    return sent;
  }

  function failed(result: Exclude<PostResult, { ok: true }>, pace: Pace, name: string): Sent {
    switch (result.reason) {
      case 'rate-limited':
        uncertain.delete(name);
        pace.hold(result.retryAfterMs);
        return { at: 'wait', waitMs: result.retryAfterMs };
      case 'ambiguous': {
        if (said !== 'ambiguous')
          log.warn({ detail: result.detail }, 'Slack gives no clear answer; trying again');
        said = 'ambiguous';
        return { at: 'wait', waitMs: trouble.failed() };
      }
      case 'refused':
      case 'gone':
        uncertain.delete(name);
        return { at: result.reason };
    }
  }

  /** So that a message that Slack does not take, for whatever reason, does not hold up the rest of the thread. */
  async function postPlain(message: ConversationMessage, place: PostPlace, detail: string): Promise<Sent> {
    const name = `${place.incidentId} ${place.key}`;
    log.error(
      { incidentId: place.incidentId, key: place.key, detail },
      'Slack refused a message; sending its text only',
    );
    uncertain.add(name);
    const result = await conversation.post({ text: message.text, blocks: [] }, placeOf(place));
    if (result.ok) return arrived(place, result.message, null);
    return failed(result, deps.postPace, name);
  }

  async function update(
    at: PostedMessage,
    message: ConversationMessage,
    place: { incidentId: string; key: string; upTo: number | null },
  ): Promise<Sent> {
    const { incidentId, key, upTo } = place;
    const name = `${incidentId} ${key}`;
    if (shown.get(name) !== hashOf(message)) {
      const waitMs = trouble.waitMs() || deps.updatePace.turnMs();
      if (waitMs > 0) return { at: 'wait', waitMs };
      if (!deps.mayTell()) return { at: 'stopped' };
      const result = await conversation.update(at, message);
      if (result.ok) {
        trouble.succeeded();
        rememberShown(name, message);
      } else if (result.reason === 'refused') {
        log.error(
          { incidentId, key, detail: result.detail },
          'Slack refused an update; sending its text only',
        );
        const plain = await conversation.update(at, { text: message.text, blocks: [] });
        if (!plain.ok) return failed(plain, deps.updatePace, name);
      } else return failed(result, deps.updatePace, name);
    }
    if (upTo !== null) await store.outboxDelivered(incidentId, upTo, key, at);
    return sent;
  }

  function rememberShown(name: string, message: ConversationMessage): void {
    if (shown.size >= remembered) shown.clear();
    shown.set(name, hashOf(message));
  }

  return { waitMs: trouble.waitMs, post, update };
}

function placeOf({ incidentId, key, upTo, threadTs, broadcast, coversFrom }: PostPlace) {
  return {
    incidentId,
    key,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(broadcast === true ? { broadcast } : {}),
    ...(coversFrom === undefined ? {} : { upTo }),
  };
}

function hashOf(message: ConversationMessage): string {
  return createHash('sha256').update(JSON.stringify(message)).digest('base64');
}

/** Bounded: what is forgotten is only looked up once more. */
function remember(set: Set<string>, name: string): void {
  if (set.size >= remembered) set.clear();
  set.add(name);
}
