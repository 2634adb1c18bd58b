import type { Principal } from '../domain/principal.ts';
import { slackFallbackText } from '../messages/slack-text.ts';
import { approverWords } from '../messages/slack-context.ts';
import type { Click, Conversation } from '../ports/conversation.ts';
import type { IncidentStore } from '../ports/incident-store.ts';
import { StoreUnavailable } from '../ports/store-unavailable.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import { askForHelp } from './ask-for-help.ts';
import { converse, follow } from './converse.ts';
import { decideProposal } from './decide-proposal.ts';
import type { PipelineLog } from './deps.ts';

export interface SlackPeople {
  all: readonly Principal[];
  approvers: readonly string[];
  bySlack(identity: { team: string; user: string }): Principal | null;
}

export interface HandleSlackDeps {
  store: IncidentStore;
  queue: Pick<WakeQueue, 'wake'>;
  people: SlackPeople;
  conversation: Pick<Conversation, 'whisper'>;
  approvalKey: string;
  auditKey: string;
  clusterName: string;
  log: PipelineLog;
}

/** What the person who clicked is told, by nobody else seen; null where the thread shows what came of it. */
type Answer = string | null;

/**
 * Does what a click asks for, if that person may. A click is never ignored: its effect shows in the thread, or the person
 * is told why there is none. Clicks come verified (team, channel, signature) and each once.
 */
export function createClickHandler(deps: HandleSlackDeps): (click: Click) => Promise<void> {
  return async (click) => {
    const answer = await answerTo(deps, click).catch((error: unknown) => sorry(deps, click, error));
    if (answer === null) return;
    const { channel, user, threadTs, messageTs } = click;
    await deps.conversation.whisper(
      { channel, user, threadTs: threadTs ?? messageTs },
      slackFallbackText(answer, 1000),
    );
  };
}

function sorry(deps: HandleSlackDeps, click: Click, error: unknown): Answer {
  deps.log.error({ err: error, action: click.action, user: click.user }, 'a click could not be dealt with');
  return error instanceof StoreUnavailable
    ? 'This could not be recorded just now, because the store does not answer. Nothing was changed; click again in a moment.'
    : 'This went wrong on the side of pathmedic and is in its log. Open the conversation to see where things stand.';
}

async function answerTo(deps: HandleSlackDeps, click: Click): Promise<Answer> {
  const principal = deps.people.bySlack({ team: click.team, user: click.user });
  if (principal === null) return strangerSentence(deps, click);
  const incidentId = await incidentOf(deps.store, click);
  if (incidentId === null) return 'That incident is not known (any more).';
  switch (click.action) {
    case 'approve':
      return decide(deps, incidentId, click, principal, 'approved');
    case 'reject':
      return decide(deps, incidentId, click, principal, 'rejected');
    case 'take-over':
      return takeOver(deps, incidentId, principal);
    case 'need-help': {
      const asked = await askForHelp(deps, { incidentId, principal, via: 'slack' });
      return asked.ok ? null : asked.sentence;
    }
  }
}

/** Says what to add where, so that the next click counts. */
export function strangerSentence(
  deps: Pick<HandleSlackDeps, 'people' | 'clusterName'>,
  who: { team: string; user: string },
): string {
  const ask =
    deps.people.approvers.length === 0 ? '' : ` Ask one of: ${approverWords(deps.people.approvers)}.`;
  return `You are not on the list of people who may act on incidents in ${deps.clusterName}.${ask} To be added: Slack team ${who.team}, user ${who.user}.`;
}

/** By the message, or by its thread: a card may have been clicked before it was recorded where it stands. */
async function incidentOf(store: IncidentStore, click: Click): Promise<string | null> {
  const { channel, messageTs, threadTs } = click;
  const byMessage = await store.findByMessage({ channel, ts: messageTs });
  if (byMessage !== null || threadTs === null) return byMessage;
  return store.findByMessage({ channel, ts: threadTs });
}

async function decide(
  deps: HandleSlackDeps,
  incidentId: string,
  click: Click,
  principal: Principal,
  decision: 'approved' | 'rejected',
): Promise<Answer> {
  const result = await decideProposal(
    { store: deps.store, queue: deps.queue, principals: deps.people.all, approvalKey: deps.approvalKey },
    { incidentId, proposalId: click.value, principal, via: 'slack', decision },
  );
  deps.log.info(
    { incidentId, by: principal.name, decision, result: result.ok ? 'recorded' : result.reason },
    'decision from Slack',
  );
  return result.ok && result.complete ? null : result.sentence;
}

/** An answer that changes nothing is for the person who clicked only. */
async function takeOver(deps: HandleSlackDeps, incidentId: string, principal: Principal): Promise<Answer> {
  const message = { incidentId, principal, via: 'slack' as const, text: 'take over' };
  const loaded = await deps.store.load(incidentId);
  if (loaded === null) return 'That incident is not known (any more).';
  const [first] = follow({ command: 'take over' }, loaded.incident, message);
  if (first?.type === 'answered') return first.lines.join(' ');
  const result = await converse(deps, message);
  return result.ok ? null : result.sentence;
}
