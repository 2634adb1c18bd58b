import type { Incident } from '../domain/incident.ts';
import type { IncidentEvent } from '../domain/incident-event.ts';
import type { StoredOutboxItem } from '../ports/incident-store.ts';

/** What is sent next for an incident. `upTo`: everything up to that position is then told. */
export type Send =
  /** The root first: replies hang on it. */
  | { do: 'post-root'; upTo: number }
  | { do: 'update-root'; upTo: number }
  | { do: 'card'; proposalId: string; key: string; upTo: number }
  | { do: 'reply'; event: IncidentEvent; key: string; upTo: number }
  /**
   * Several replies that are late become one message under the first one's key. What else lies before its end in the queue
   * then counts as told too, so that the root and these cards are brought up to date before.
   */
  | {
      do: 'catch-up';
      events: IncidentEvent[];
      cards: { proposalId: string; key: string }[];
      key: string;
      /** Position of the first of them. */
      position: number;
      upTo: number;
    }
  /** Nothing to send for this item (any more). */
  | { do: 'skip'; key: string; upTo: number };

/** What is known besides the queue. */
export interface DeliveryView {
  incident: Incident;
  events: readonly IncidentEvent[];
  rootPosted: boolean;
  /** Keys of cards that stand in the channel. */
  postedCards: ReadonlySet<string>;
  /** Whether an event gets a reply of its own. */
  told: (event: IncidentEvent) => boolean;
  nowMs: number;
  staleAfterMs: number;
}

const minCatchUp = 3;

/** The next send for a queue that is not empty. Pure. */
export function nextSend(
  items: readonly [StoredOutboxItem, ...StoredOutboxItem[]],
  view: DeliveryView,
): Send {
  const [head] = items;
  if (!view.rootPosted)
    return { do: 'post-root', upTo: head.kind === 'root' ? head.position : head.position - 1 };
  const { key, position: upTo } = head;
  const late = catchUp(items, view);
  if (late !== null) return late;
  switch (head.kind) {
    case 'root':
      return { do: 'update-root', upTo };
    case 'card': {
      const proposalId = head.proposalId ?? '';
      const known = view.incident.proposals.some(({ proposal }) => proposal.id === proposalId);
      return known ? { do: 'card', proposalId, key, upTo } : { do: 'skip', key, upTo };
    }
    case 'reply': {
      const event = view.events[head.n - 1];
      return event !== undefined && view.told(event)
        ? { do: 'reply', event, key, upTo }
        : { do: 'skip', key, upTo };
    }
  }
}

/**
 * Late replies as one message. It ends before what matters now, which then follows as itself: a card that can still be
 * decided and does not stand in the channel, the call for help or the escalation that is still open, the close-out.
 */
function catchUp(items: readonly StoredOutboxItem[], view: DeliveryView): Send | null {
  const late: StoredOutboxItem[] = [];
  for (const item of items) {
    if (view.nowMs - item.queuedAtMs < view.staleAfterMs) break;
    if (item.kind === 'card' && !view.postedCards.has(item.key) && isOpen(view.incident, item.proposalId))
      break;
    if (item.kind === 'reply' && isCurrent(view.incident, view.events[item.n - 1])) break;
    late.push(item);
  }
  const replies = late.flatMap((item) => {
    const event = item.kind === 'reply' ? view.events[item.n - 1] : undefined;
    return event !== undefined && view.told(event) ? [{ item, event }] : [];
  });
  const [first] = replies;
  const last = replies.at(-1);
  if (first === undefined || last === undefined || replies.length < minCatchUp) return null;
  const { position: upTo } = last.item;
  const cards = late.flatMap(({ kind, key, proposalId, position }) =>
    kind === 'card' && proposalId !== undefined && position < upTo && view.postedCards.has(key)
      ? [{ proposalId, key }]
      : [],
  );
  return {
    do: 'catch-up',
    events: replies.map(({ event }) => event),
    cards,
    key: first.item.key,
    position: first.item.position,
    upTo,
  };
}

function isOpen(incident: Incident, proposalId: string | undefined): boolean {
  return incident.proposals.some(
    ({ proposal, status }) => proposal.id === proposalId && status.at === 'open',
  );
}

function isCurrent(incident: Incident, event: IncidentEvent | undefined): boolean {
  switch (event?.body.type) {
    case 'help-requested':
      return incident.phase === 'needs-help' && incident.help?.atMs === event.atMs;
    case 'escalated':
      return incident.phase === 'escalated' && incident.escalation?.atMs === event.atMs;
    case 'closed':
      return incident.closed?.atMs === event.atMs;
    default:
      return false;
  }
}
