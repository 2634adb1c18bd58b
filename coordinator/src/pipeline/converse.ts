import type { ConversationCommand } from '@pathmedic/shared/contract/conversation-command.ts';
import { auditHead } from '../domain/audit-chain.ts';
import {
  needsApprover,
  parseConversationCommand,
  type AskedCommand,
} from '../domain/conversation-command.ts';
import { versionOf } from '../domain/event-versions.ts';
import type { Incident } from '../domain/incident.ts';
import { currentProposal } from '../domain/incident.ts';
import type { AskedRequest, EventBody, NewEvent } from '../domain/incident-event.ts';
import type { Actor, Principal } from '../domain/principal.ts';
import { evidenceLines, helpLines, proposeLines, whyLines } from '../messages/answer-lines.ts';
import type { IncidentStore, LoadedIncident, OutboxItem } from '../ports/incident-store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import { announce } from './announce.ts';
import { nextLookMs } from './revert-watch.ts';
import { wakeBestEffort } from './wake-best-effort.ts';

export interface ConverseDeps {
  store: IncidentStore;
  queue: Pick<WakeQueue, 'wake'>;
  /** Key of the audit chain: a close by a person anchors its head too. */
  auditKey: string;
}

export interface Message {
  incidentId: string;
  principal: Principal;
  via: 'slack' | 'console' | 'cli';
  text: string;
}

export type ConverseResult =
  | { ok: true; command: ConversationCommand | null }
  | { ok: false; reason: 'unknown-incident' | 'busy' | 'store-full'; sentence: string };

const maxConflicts = 5;
const maxTextLength = 4000;
const maxPending = 3;

/**
 * A message of a person in an incident's conversation, from the console or a Slack thread. It is stored as it was said;
 * if the whole of it is a command of the small grammar, the command is followed and answered. Text is never executed.
 * Rejects with StoreUnavailable.
 */
export async function converse(deps: ConverseDeps, message: Message): Promise<ConverseResult> {
  const text = message.text.trim().slice(0, maxTextLength);
  const asked = parseConversationCommand(text);
  const command = asked?.command ?? null;
  const said = await appendDecided(deps, message, ({ incident }) => [
    { type: 'said', text },
    ...(asked === null ? [] : follow(asked, incident, message)),
  ]);
  if (!said.ok) return said;
  if (command === 'close' && said.bodies.some(isClosing)) {
    const closed = await appendDecided(deps, message, (loaded) => closing(deps, loaded, message.principal));
    if (!closed.ok) return closed;
  }
  return { ok: true, command };
}

const closingLine = 'Closing: no further checks are made.';

function isClosing(body: EventBody): boolean {
  return body.type === 'answered' && body.lines[0] === closingLine;
}

/** What a command does, as events. Pure. */
export function follow(asked: AskedCommand, incident: Incident, message: Message): EventBody[] {
  const { command } = asked;
  if (needsApprover(command) && !message.principal.roles.includes('approver')) {
    return [answer(`Only approvers may use "${command}".`)];
  }
  switch (command) {
    case 'logs':
    case 'propose':
      return passOn(asked, incident);
    case 'why':
      return [answer(...whyLines(incident))];
    case 'evidence':
      return [answer(...evidenceLines(incident))];
    case 'help':
      return [answer(...helpLines())];
    case 'recheck':
      return recheck(incident);
    case 'take over':
      return takeOver(incident, message.principal);
    case 'hand back':
      return handBack(incident);
    case 'close':
      return [answer(closeObstacle(incident) ?? closingLine)];
  }
}

/** A request that the replica which senses answers: it knows the cluster and may read logs. Usage is told at once. */
function passOn(
  asked: Extract<AskedCommand, { command: 'logs' | 'propose' }>,
  incident: Incident,
): EventBody[] {
  if ('why' in asked) return [asked.why === '' ? answer(...proposeLines()) : answer(asked.why)];
  if (incident.asked.length >= maxPending)
    return [answer(`${incident.asked.length} earlier requests are not answered yet. Ask again in a moment.`)];
  const request: AskedRequest =
    asked.command === 'logs' ? { what: 'logs', pod: asked.pod } : { what: 'action', action: asked.action };
  return [{ type: 'asked', request }];
}

function answer(...lines: string[]): EventBody {
  return { type: 'answered', lines };
}

function recheck(incident: Incident): EventBody[] {
  switch (incident.phase) {
    case 'closed':
      return [answer('This incident is closed. If the fault is still there, it opens again by itself.')];
    case 'awaiting-approval':
    case 'approved':
      return [answer('A plan is up for approval. Reject it to have the causes ranked anew.')];
    case 'drafted':
      return [answer('A plan is drafted; its card follows.')];
    case 'executing':
    case 'verifying':
    case 'recovering':
      return [answer('A change or its checks are running; what they find is told here.')];
    case 'new':
    case 'triaged':
    case 'diagnosed':
    case 'needs-help':
    case 'escalated':
      return [{ type: 'recheck-requested' }, answer('Looking at the cluster again.')];
  }
}

function takeOver(incident: Incident, principal: Principal): EventBody[] {
  if (incident.phase === 'closed') return [answer('This incident is closed; there is nothing to take over.')];
  if (incident.phase === 'executing')
    return [answer('A plan is being carried out. Take over again when it has ended.')];
  const { takenOverBy } = incident;
  if (takenOverBy?.type === 'person' && takenOverBy.name === principal.name)
    return [answer('You have taken over already.')];
  return [
    { type: 'taken-over' },
    answer(
      'It is yours. pathmedic keeps watching and proposes nothing. Write "hand back" when it may go on.',
    ),
  ];
}

function handBack(incident: Incident): EventBody[] {
  if (incident.takenOverBy === null) return [answer('Nobody has taken over; pathmedic is at work.')];
  return [{ type: 'handed-back' }, ...recheck(incident)];
}

function closeObstacle(incident: Incident): string | null {
  if (incident.phase === 'closed') return 'This incident is closed already.';
  if (incident.phase === 'executing' || incident.phase === 'approved')
    return 'A plan is about to be carried out or being so; it can be closed when that has ended.';
  return null;
}

/** The last two events of an incident that a person closes: its card, then the close-out with the audit head over all before. */
function closing(deps: ConverseDeps, loaded: LoadedIncident, principal: Principal): EventBody[] {
  const { incident, events } = loaded;
  if (closeObstacle(incident) !== null) return [];
  const current = currentProposal(incident);
  if (current?.status.at === 'open') {
    const detail = `@${principal.name} closes the incident.`;
    return [{ type: 'proposal-expired', proposalId: current.proposal.id, reason: 'taken-over', detail }];
  }
  const still = incident.symptomsGone ? 'The symptoms were gone.' : 'The symptoms were still there.';
  const summary = `Closed by @${principal.name} without further checks. ${still}`;
  return [
    { type: 'closed', how: 'by-person', summary, auditHead: auditHead(deps.auditKey, incident.id, events) },
  ];
}

type Appended = { ok: true; bodies: EventBody[] } | Extract<ConverseResult, { ok: false }>;

/** Load, decide, append; again on a conflict, and again as long as the decision asks for another step (an expired card before the close). */
async function appendDecided(
  deps: ConverseDeps,
  message: Message,
  decide: (loaded: LoadedIncident) => EventBody[],
): Promise<Appended> {
  let conflicts = 0;
  for (;;) {
    const loaded = await deps.store.load(message.incidentId);
    if (loaded === null)
      return { ok: false, reason: 'unknown-incident', sentence: 'That incident is not known (any more).' };
    const bodies = decide(loaded);
    if (bodies.length === 0) return { ok: true, bodies };
    const events = bodies.map((body) => eventOf(body, message));
    const { length, id } = loaded.incident;
    const nowMs = await deps.store.nowMs();
    const appended = await deps.store.append({
      incidentId: id,
      expectedLength: length,
      events,
      outbox: toSlack(events, length, message.via),
      due: [
        {
          role: 'coordinator',
          atMs: bodies.some((b) => b.type === 'closed') ? nextLookMs(loaded.incident, nowMs) : nowMs,
        },
      ],
    });
    if (appended.ok) {
      await wakeBestEffort(deps.queue, id);
      if (bodies.every((body) => body.type === 'proposal-expired')) continue;
      return { ok: true, bodies };
    }
    if (appended.reason === 'full')
      return { ok: false, reason: 'store-full', sentence: 'The store is full; the message was not stored.' };
    conflicts += 1;
    if (appended.reason !== 'conflict' || conflicts >= maxConflicts)
      return {
        ok: false,
        reason: 'busy',
        sentence: 'Too much happens in this incident right now. Try again.',
      };
  }
}

function eventOf(body: EventBody, message: Message): NewEvent {
  const person: Actor = { type: 'person', name: message.principal.name, via: message.via };
  const own: Actor = { type: 'pathmedic', role: 'coordinator' };
  const byPathmedic = body.type === 'answered' || body.type === 'proposal-expired';
  return { v: versionOf(body), actor: byPathmedic ? own : person, body };
}

/** What was said elsewhere is told in Slack too; what was said in Slack stands there already. */
function toSlack(events: readonly NewEvent[], length: number, via: Message['via']): OutboxItem[] {
  const items = announce(events, length);
  if (via === 'slack') return items;
  const said = events.flatMap(({ body }, i): OutboxItem[] =>
    body.type === 'said' ? [{ kind: 'reply', n: length + i + 1 }] : [],
  );
  return [...said, ...items];
}
