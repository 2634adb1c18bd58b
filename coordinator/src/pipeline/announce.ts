import type { NewEvent } from '../domain/incident-event.ts';
import type { OutboxItem } from '../ports/incident-store.ts';

/**
 * What Slack has to be told because of these events. `n` is counted from `length`, the stream's length before them.
 * The text is rendered when it is sent, from the stream: several root updates become one.
 */
export function announce(events: readonly NewEvent[], length: number): OutboxItem[] {
  const items: OutboxItem[] = [];
  for (const [i, event] of events.entries()) {
    const n = length + i + 1;
    const { root, reply, card } = told(event.body);
    if (root) items.push({ kind: 'root', n });
    if (card !== null) items.push({ kind: 'card', n, proposalId: card });
    if (reply) items.push({ kind: 'reply', n });
  }
  return items;
}

interface Told {
  root: boolean;
  reply: boolean;
  card: string | null;
}

const silent: Told = { root: false, reply: false, card: null };
const rootOnly: Told = { root: true, reply: false, card: null };
const rootAndReply: Told = { root: true, reply: true, card: null };

function told(body: NewEvent['body']): Told {
  switch (body.type) {
    case 'opened':
    case 'symptoms-updated':
      return rootOnly;
    case 'triaged':
    case 'diagnosed':
    case 'escalated':
    case 'help-requested':
    case 'recovered':
    case 'relapsed':
    case 'reopened':
    case 'closed':
    case 'taken-over':
    case 'handed-back':
      return rootAndReply;
    case 'pass-ended':
      return rootAndReply;
    case 'proposed':
      return { root: true, reply: false, card: body.proposal.id };
    case 'decided':
      return { root: true, reply: true, card: body.proposalId };
    case 'proposal-expired':
      return { root: true, reply: true, card: body.proposalId };
    case 'execution-ended':
      return { root: true, reply: true, card: body.proposalId };
    case 'answered':
    case 'reverted':
      return { root: false, reply: true, card: null };
    case 'recheck-requested':
      return rootOnly;
    case 'asked':
    case 'drafted':
    case 'dry-run-ended':
    case 'execution-requested':
    case 'execution-claimed':
    case 'step-intended':
    case 'step-ended':
    case 'step-proved':
    case 'step-settled':
    case 'pass-started':
    case 'said':
      return silent;
  }
}
